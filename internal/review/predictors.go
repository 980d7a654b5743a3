package review

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl"
	"github.com/holdpoint-dev/holdpoint/internal/kube"
	"github.com/holdpoint-dev/holdpoint/internal/kube/apply"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review/hosted"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
	"github.com/holdpoint-dev/holdpoint/internal/templates"
)

// Predictors are those of every engine: the one list for the service and the
// command line, so that the two cannot disagree. The facts are those of
// internal/facts, the losses those of the rules; the renderer of untrusted
// charts is internal/kube/render's.
func Predictors(ref Ref, facts plan.Facts, losses plan.Losses, render kube.Renderer) []Predictor {
	return []Predictor{
		func(before, after fs.FS, settings rules.Settings, sources plan.Sources) plan.Plan {
			opt := terraformOptions(settings)
			opt.Losses, opt.Sources = losses, sources
			p := hcl.Predict(before, after, facts, opt)
			return plan.Join(p, hosted.Predict(p, before, after, func(before, after fs.FS, declared []unit.Declaration) plan.Plan {
				return kube.Predict(before, after, render, kube.Options{Declared: declared, Losses: losses, Sources: sources})
			}))
		},
		func(before, after fs.FS, settings rules.Settings, sources plan.Sources) plan.Plan {
			opt := kubernetesOptions(ref, settings)
			opt.Losses, opt.Sources = losses, sources
			return kube.Predict(before, after, render, opt)
		},
		func(before, after fs.FS, _ rules.Settings, _ plan.Sources) plan.Plan {
			return templates.Predict(before, after)
		},
	}
}

// Wants reports whether the content of a changed file is worth fetching before
// Run: a predictor or a rule reads it.
func Wants(set *rules.Set, name string) bool {
	return hcl.Wants(name) || kube.Wants(name) || set.Wants(name)
}

// terraformOptions are what the settings declare. The files of one entry are
// given together; a root that is listed several times is applied several
// times.
func terraformOptions(settings rules.Settings) hcl.Options {
	opt := hcl.Options{Runtime: settings.Terraform.Runtime, VarFiles: map[string][]string{}}
	for _, root := range settings.Terraform.Roots {
		dir := path.Clean(root.Path)
		if settings.Terraform.OnlyRoots && !slices.Contains(opt.Roots, dir) {
			opt.Roots = append(opt.Roots, dir)
		}
		if len(root.VarFiles) > 0 {
			together := make([]string, len(root.VarFiles))
			for j, file := range root.VarFiles {
				together[j] = path.Join(dir, file)
			}
			opt.VarFiles[dir] = append(opt.VarFiles[dir], strings.Join(together, ","))
		}
	}
	return opt
}

func kubernetesOptions(ref Ref, settings rules.Settings) kube.Options {
	opt := kube.Options{Host: ref.Host, Branch: ref.BaseRef, DefaultBranch: ref.DefaultBranch, Apply: apply.Family(settings.Kubernetes.Apply)}
	if ref.Owner != "" && ref.Repo != "" {
		opt.Repository = ref.Owner + "/" + ref.Repo
	}
	for _, folder := range settings.Kubernetes.Ignore {
		opt.Ignore = append(opt.Ignore, path.Clean(folder))
	}
	for _, f := range settings.Kubernetes.Folders {
		opt.Declared = append(opt.Declared, unit.Declaration{
			Path: path.Clean(f.Path), Prune: f.Prune, Cluster: f.Cluster, Namespace: f.Namespace, Release: f.Release, Values: f.Values,
		})
	}
	return opt
}
