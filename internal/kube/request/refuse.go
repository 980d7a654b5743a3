package request

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/kustomization"
	"github.com/holdpoint-dev/holdpoint/internal/kube/manifest"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/tree"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// RefuseReferences says why a kustomization must not be built: something in
// its files leads out of the repository or starts a program. It is nil where
// nothing does.
func RefuseReferences(req Request) *Failure {
	for _, name := range slices.Sorted(maps.Keys(req.Files)) {
		data := req.Files[name]
		if !kustomization.IsName(path.Base(name)) {
			continue
		}
		k, err := kustomization.Read(name, data)
		if err != nil {
			return &Failure{plan.GapParse, tree.OneLine(err)}
		}
		if k.HelmCharts > 0 {
			return &Failure{plan.GapUnsupported, fmt.Sprintf("%s:%d makes kustomize run helm", name, k.HelmCharts)}
		}
		for _, ref := range k.References {
			if kustomization.IsRemote(ref.Path) {
				return &Failure{plan.GapOpaque, fmt.Sprintf("%s:%d names %s, which is not in the repository", name, ref.Line, ref.Path)}
			}
			if !travels(req.Files, path.Join(path.Dir(name), ref.Path)) {
				return &Failure{plan.GapInvalid, fmt.Sprintf("%s:%d names %s, which does not exist", name, ref.Line, ref.Path)}
			}
			if ref.Role == kustomization.Plugin {
				if f := refusePlugin(req.Files, path.Join(path.Dir(name), ref.Path)); f != nil {
					return f
				}
			}
		}
		for _, ref := range k.Inline {
			if f := pluginFailure(name, []byte(ref.Path)); f != nil {
				return f
			}
		}
	}
	return nil
}

func travels(files map[string][]byte, name string) bool {
	if _, ok := files[name]; ok {
		return true
	}
	for other := range files {
		if strings.HasPrefix(other, name+"/") || name == "." {
			return true
		}
	}
	return false
}

// refusePlugin looks at the configuration of a plugin, or at all files where
// it is a folder.
func refusePlugin(files map[string][]byte, name string) *Failure {
	for _, file := range slices.Sorted(maps.Keys(files)) {
		data := files[file]
		if file == name || strings.HasPrefix(file, name+"/") {
			if f := pluginFailure(file, data); f != nil {
				return f
			}
		}
	}
	return nil
}

// pluginFailure allows kustomize's own plugins that read nothing from
// elsewhere.
func pluginFailure(file string, data []byte) *Failure {
	if kustomization.IsName(path.Base(file)) {
		return nil // looked at by itself
	}
	parsed, err := object.Parse(file, data, object.Limits{})
	if err != nil {
		return &Failure{plan.GapParse, tree.OneLine(err)}
	}
	for _, o := range parsed.Objects {
		if o.APIVersion() != "builtin" || o.Kind == "HelmChartInflationGenerator" {
			return &Failure{plan.GapUnsupported, fmt.Sprintf("%s:%d asks for the plugin %s, which would run a program", file, o.Line, o.Kind)}
		}
		if remoteString(o.Value) {
			return &Failure{plan.GapOpaque, fmt.Sprintf("%s:%d names something outside the repository", file, o.Line)}
		}
	}
	return nil
}

func remoteString(v any) bool {
	switch x := v.(type) {
	case string:
		return kustomization.IsRemote(x)
	case []any:
		for _, item := range x {
			if remoteString(item) {
				return true
			}
		}
	case map[string]any:
		for _, item := range x {
			if remoteString(item) {
				return true
			}
		}
	}
	return false
}

// CheckYAML refuses a file whose aliases would make it grow beyond the limit
// when it is written out.
func CheckYAML(name string, data []byte) error {
	if !bytes.ContainsRune(data, '&') || !bytes.ContainsRune(data, '*') || !manifest.HasEnding(name) {
		return nil
	}
	if _, err := object.Parse(name, data, object.Limits{}); err != nil {
		if kind, _, _ := tree.Trouble(err); kind == plan.GapLimit {
			return err
		}
	}
	return nil
}
