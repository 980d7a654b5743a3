// Package manifest finds the files that hold objects which go to a cluster, and
// reads them.
package manifest

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/kustomization"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/tree"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// toolGroups are API groups of files that tools read and that are never
// applied to a cluster, although they carry apiVersion and kind.
var toolGroups = map[string]bool{
	"kustomize.config.k8s.io": true, "builtin": true, "config.kubernetes.io": true, "kpt.dev": true, "fn.kpt.dev": true,
	"skaffold": true, "kind.x-k8s.io": true, "k3d.io": true, "kuttl.dev": true, "kubeadm.k8s.io": true, "kubelet.config.k8s.io": true,
	"kubeproxy.config.k8s.io": true, "kubescheduler.config.k8s.io": true, "controller-runtime.sigs.k8s.io": true, "controller.config": true,
	"apiserver.config.k8s.io": true, "apiserver.k8s.io": true, "audit.k8s.io": true, "client.authentication.k8s.io": true,
	"credentialprovider.kubelet.k8s.io": true, "eksctl.io": true, "backstage.io": true, "meta.pkg.crossplane.io": true,
	"cli.kyverno.io": true, "talhelper.budimanjojo.com": true, "kubeone.k8c.io": true, "kubeone.io": true,
	"kops.k8s.io": true, "k0sctl.k0sproject.io": true,
	"ctlptl.dev": true, "krew.googlecontainertools.github.com": true, "scaffolder.backstage.io": true, "devspace.sh": true, "garden.io": true,
	"score.dev": true, "testing.kuttl.dev": true, "test.kyverno.io": true, "operatorframework.io": true,
	"kapp.k14s.io": true, "kbld.k14s.io": true, "vendir.k14s.io": true, "imgpkg.carvel.dev": true,
}

// toolKinds are single kinds of that sort.
var toolKinds = map[string]bool{
	"/Config":                              true, // kubeconfig, skaffold
	"argoproj.io/ConfigManagementPlugin":   true,
	"kubernetes-client.io/ExternalDataKey": true,
	"chaostoolkit.org/Experiment":          true,
	"install.openshift.io/InstallConfig":   true,
}

// Applied reports whether an object is one that goes to a cluster.
func Applied(o object.Object) bool {
	if o.Kind == "" || o.Version == "" || toolGroups[o.Group] || toolKinds[o.Group+"/"+o.Kind] {
		return false
	}
	// A version written alone, such as `v2` of a chart or `2.0` of a tool's
	// own file, is no core version.
	if o.Group == "" && o.Version != "v1" && o.Version != "v1beta1" {
		return false
	}
	_, named := o.Get("metadata")
	return named
}

// Objects are the objects of a file that go to a cluster. A file that is
// none at all yields nothing and no error.
func Objects(t *tree.Tree, name string) ([]object.Object, error) { return Substituted(t, name, nil) }

// Substituted are the same of a text in which something puts in variables,
// written `${name}`; nil puts in nothing.
func Substituted(t *tree.Tree, name string, put func([]byte) []byte) ([]object.Object, error) {
	if !Looks(t, name) {
		return nil, Illegible(t, name)
	}
	data, err := t.Read(name)
	if err != nil {
		return nil, err
	}
	if isYtt(data) {
		return nil, templateError("a ytt template")
	}
	var file object.File
	if put != nil && bytes.Contains(data, []byte("${")) {
		file, err = object.Parse(name, put(data), object.Limits{})
	} else {
		file, err = t.Parse(name)
	}
	if err != nil {
		if kind, _, _ := tree.Trouble(err); kind == plan.GapParse && isTemplate(data) {
			return nil, templateError("a template")
		}
		return nil, err
	}
	var out []object.Object
	for _, o := range file.Objects {
		if Applied(o) {
			out = append(out, o)
		}
	}
	return out, nil
}

// isYtt reports whether a text is a template of ytt, and does not only hold one as
// a value.
func isYtt(text []byte) bool {
	if !ytt.Match(text) {
		return false
	}
	comments, ok := object.Comments(text)
	return !ok || ytt.MatchString(comments)
}

// ytt finds the commands of ytt, which stand in comments (carvel.dev/ytt
// docs, Syntax).
var ytt = regexp.MustCompile(`#@ *(load\(|data/|if |for |def |end|overlay/|data\.values)`)

// isTemplate reports whether a text that does not parse is a template of some
// language.
func isTemplate(data []byte) bool {
	return slices.ContainsFunc([]string{"{{", "{%", "<%"}, func(mark string) bool { return bytes.Contains(data, []byte(mark)) })
}

func templateError(what string) error {
	return &tree.Unreadable{Kind: plan.GapUnsupported, Why: "it is " + what + ", and the rendered result is not in the repository"}
}

// Looks is a quick look at the text: a key apiVersion and a key
// kind at the start of a line or of a flow mapping.
func Looks(t *tree.Tree, name string) bool {
	if kustomization.IsName(path.Base(name)) {
		return false
	}
	switch path.Ext(name) {
	case ".yaml", ".yml", ".json":
	default:
		return false
	}
	data, err := t.Read(name)
	if err != nil {
		return couldBeManifest(name)
	}
	return hasKey(data, "apiVersion") && hasKey(data, "kind")
}

// Illegible is why a file that may have been a manifest cannot be parsed; nil for
// one that can, and for one that is something else by its name or its text.
func Illegible(t *tree.Tree, name string) error {
	ext := path.Ext(name)
	if ext != ".yaml" && ext != ".yml" || kustomization.IsName(path.Base(name)) || !couldBeManifest(name) || Looks(t, name) {
		return nil
	}
	data, err := t.Read(name)
	if err == nil && !bytes.Contains(data, []byte("{{")) {
		_, err = t.Parse(name)
	}
	return err
}

func hasKey(data []byte, key string) bool {
	for rest := data; ; {
		i := bytes.Index(rest, []byte(key))
		if i < 0 {
			return false
		}
		tail := bytes.TrimLeft(rest[i+len(key):], `"' `)
		if len(tail) > 0 && tail[0] == ':' {
			return true
		}
		rest = rest[i+len(key):]
	}
}

// couldBeManifest judges a file that cannot be read by its name alone.
func couldBeManifest(name string) bool {
	base := path.Base(name)
	for _, part := range []string{"values", "compose", "package", "tsconfig", "openapi", "swagger", "lock"} {
		if strings.Contains(base, part) {
			return false
		}
	}
	return path.Ext(name) != ".json"
}

// HasEnding reports whether a file may hold manifests or is a kustomization, by its
// name.
func HasEnding(name string) bool {
	switch path.Ext(name) {
	case ".yaml", ".yml", ".json":
		return true
	}
	return kustomization.IsName(path.Base(name))
}

// Documents are the values of a file; a list stands for its items.
func Documents(file object.File) []any {
	var out []any
	for _, o := range file.Objects {
		out = append(out, o.Value)
	}
	for _, o := range file.Others {
		if list, ok := o.Value.([]any); ok {
			out = append(out, list...)
		} else {
			out = append(out, o.Value)
		}
	}
	return out
}
