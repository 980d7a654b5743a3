// Package appset generates the Applications of an Argo CD ApplicationSet from a
// tree, as its controller does (argo-cd v3.5 applicationset). What a generator
// asks outside of the tree is stood for by names that say so; Applications made
// of them are guessed.
package appset

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Repository is what generators see.
type Repository interface {
	// Elsewhere says why a URL and revision do not mean this tree, "" where
	// they do.
	Elsewhere(url, revision string) string
	// Names are the paths of all files.
	Names() []string
	// Either are those of the sides before and after the change.
	Either() []string
	// Folders hold the files that Names gives, EitherFolders those of Either.
	Folders() []string
	EitherFolders() []string
	// Documents are the values that a file holds.
	Documents(name string) ([]any, error)
	// Clusters are those that the tree makes known to Argo CD.
	Clusters() []Cluster
}

// Cluster is one that Argo CD knows by a Secret.
type Cluster struct {
	Name, Server, Project string
	Labels, Annotations   map[string]any
}

// Application is one that a set generates.
type Application struct {
	Value map[string]any
	// Guessed: something outside of the tree decides whether there is one, and
	// what stands for `any-...` in it.
	Guessed bool
}

// Asked is a generator that asks something outside of the tree.
type Asked struct{ Kind, Spec string }

// Result is what a set generates.
type Result struct {
	Applications []Application
	Asked        []Asked
	// Files are those that generators read.
	Files []string
	// Trouble says why nothing is known of what it generates, nil where it is.
	Trouble *Trouble
}

// Trouble is why a set generates nothing: the controller then leaves all
// Applications as they are, or we do not know.
type Trouble struct {
	Kind plan.GapKind
	At   plan.Path
	Why  string
}

func (t *Trouble) Error() string { return t.Why }

// set is what decides (pkg/apis/application/v1alpha1/applicationset_types.go).
type set struct {
	Metadata struct {
		Namespace string `json:"namespace"`
	} `json:"metadata"`
	Spec struct {
		GoTemplate        bool             `json:"goTemplate"`
		GoTemplateOptions []string         `json:"goTemplateOptions"`
		Generators        []map[string]any `json:"generators"`
		Template          map[string]any   `json:"template"`
		TemplatePatch     string           `json:"templatePatch"`
		SyncPolicy        struct {
			Preserve bool `json:"preserveResourcesOnDeletion"`
		} `json:"syncPolicy"`
	} `json:"spec"`
}

func decode(value map[string]any) set {
	var s set
	if text, err := json.Marshal(value); err == nil {
		_ = json.Unmarshal(text, &s)
	}
	return s
}

// maxGenerated bounds the Applications of one set.
const maxGenerated = 1000

// Generate makes the Applications of a set in a namespace.
func Generate(value map[string]any, namespace string, repo Repository) Result {
	g := &generation{set: decode(value), namespace: namespace, repo: repo}
	g.template = newTemplates(g.set.Spec.GoTemplate, g.set.Spec.GoTemplateOptions)
	for i, entry := range g.set.Spec.Generators {
		at := plan.Path{"spec", "generators", i}
		if err := g.entry(entry); err != nil {
			return Result{Files: g.files, Trouble: troubleOf(err, at)}
		}
	}
	return Result{Applications: g.named(), Asked: g.asked, Files: g.files}
}

func troubleOf(err error, at plan.Path) *Trouble {
	var t *Trouble
	if !errors.As(err, &t) {
		t = &Trouble{Kind: plan.GapInvalid, Why: err.Error() + ": Argo CD leaves its Applications unchanged"}
	}
	if t.At == nil {
		t.At = at
	}
	return t
}

type generation struct {
	set       set
	namespace string
	repo      Repository
	template  *templates
	// unknown are the texts that stand for what is outside.
	unknown []string
	asked   []Asked
	files   []string
	out     []Application
}

// entry makes the Applications of one generator.
func (g *generation) entry(entry map[string]any) error {
	results, err := g.transform(entry, nil)
	if err != nil {
		return err
	}
	for _, r := range results {
		template := filled(r.template, g.set.Spec.Template)
		for _, p := range r.params {
			app, err := g.application(template, p)
			if err != nil {
				return err
			}
			if g.out = append(g.out, g.bound(app)...); len(g.out) > maxGenerated {
				return &Trouble{Kind: plan.GapLimit, Why: fmt.Sprintf("it generates more than %d Applications", maxGenerated)}
			}
		}
	}
	return nil
}

// application is one Application. Without finalizers of its own it gets the one
// that cascades, unless the set preserves resources. Its namespace is the set's.
func (g *generation) application(template map[string]any, p params) (Application, error) {
	value := template
	if len(p.values) > 0 {
		filled, err := g.template.deep(template, p.values)
		if err != nil {
			return Application{}, err
		}
		value, _ = filled.(map[string]any)
	}
	value = maps.Clone(value)
	meta, _ := value["metadata"].(map[string]any)
	if meta = maps.Clone(meta); meta == nil {
		meta = map[string]any{}
	}
	if list, _ := meta["finalizers"].([]any); len(list) == 0 && len(p.values) > 0 && !g.set.Spec.SyncPolicy.Preserve {
		meta["finalizers"] = []any{"resources-finalizer.argocd.argoproj.io"}
	}
	value["metadata"], value["apiVersion"], value["kind"] = meta, "argoproj.io/v1alpha1", "Application"
	if g.set.Spec.TemplatePatch != "" {
		text, err := g.template.text(g.set.Spec.TemplatePatch, p.values)
		if err != nil {
			return Application{}, err
		}
		if value, err = patched(value, text); err != nil {
			return Application{}, err
		}
	}
	if meta, _ = value["metadata"].(map[string]any); meta != nil {
		meta["namespace"] = g.namespace
	}
	return Application{Value: value, Guessed: p.guessed}, nil
}

// named are the Applications by their names. The controller refuses a name that
// comes twice; of guessed ones each gets its own, as what it stands for differs.
func (g *generation) named() []Application {
	seen := map[string]int{}
	var out []Application
	for _, app := range g.out {
		meta, _ := app.Value["metadata"].(map[string]any)
		name, _ := meta["name"].(string)
		if name == "" {
			continue
		}
		if seen[name]++; seen[name] > 1 {
			if !app.Guessed {
				continue
			}
			meta["name"] = fmt.Sprintf("%s-%d", name, seen[name])
		}
		out = append(out, app)
	}
	return out
}
