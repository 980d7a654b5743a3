package render

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/hasher"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/kustomize/kyaml/openapi"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// top is where the repository stands in the file system of a build.
const top = "/repository"

// kustomize builds one kustomization in a file system that holds the files of
// the request and nothing else. Load restrictions are off as Flux has them:
// the file system ends at the repository anyway.
func kustomize(req request.Request, m *meter) request.Rendered {
	files := filesys.MakeFsInMemory()
	marked, many := markOrigins(req)
	for name, content := range req.Files {
		if text, ok := marked[name]; ok {
			content = text
		}
		if err := files.WriteFile(path.Join(top, name), content); err != nil {
			return failed(plan.GapInternal, "%s cannot be handed to kustomize: %v", name, err)
		}
	}
	if failure := inflate(files, req, m); failure != nil {
		return request.Rendered{Failure: failure}
	}
	root := path.Join(top, req.Root)
	if err := prepare(files, root, req.Fields, !many); err != nil {
		return failed(plan.GapInvalid, "%v", err)
	}
	// A kustomization may replace the schema, which is one per process.
	openapi.ResetOpenAPI()
	built, err := krusty.MakeKustomizer(&krusty.Options{
		Reorder:          krusty.ReorderOptionNone,
		LoadRestrictions: types.LoadRestrictionsNone,
		PluginConfig:     types.DisabledPluginConfig(),
	}).Run(files, root)
	if err != nil {
		return failed(plan.GapInvalid, "kustomize refuses to build it: %s", innermost(strings.ReplaceAll(err.Error(), top+"/", "")))
	}
	var res request.Rendered
	for _, r := range built.Resources() {
		doc, err := document(r, req.Root, many)
		if err != nil {
			return failed(plan.GapInternal, "%v", err)
		}
		res.Docs = append(res.Docs, doc)
	}
	return res
}

// inflate renders the charts of the kustomizations, each into a file that stands
// in the place of its helmCharts: what a generator makes comes after the
// resources.
func inflate(files filesys.FileSystem, req request.Request, m *meter) *request.Failure {
	for _, c := range req.Charts {
		release := c.Release
		res := chart(request.Request{Tool: request.Helm, Files: req.Files, Root: c.Root, Release: release}, m)
		if res.Failure != nil {
			return res.Failure
		}
		if len(res.Missing) > 0 {
			return &request.Failure{Kind: plan.GapOpaque, Why: fmt.Sprintf("the chart %s that it depends on is missing", res.Missing[0].Name)}
		}
		var text []byte
		for _, doc := range res.Docs {
			text = append(append(text, "\n---\n"...), doc.Content...)
		}
		name := path.Join(top, c.Kustomization)
		if err := files.WriteFile(path.Join(top, c.Into), text); err != nil {
			return &request.Failure{Kind: plan.GapInternal, Why: oneLine(err.Error())}
		}
		if err := appendResource(files, name, path.Base(c.Into)); err != nil {
			return &request.Failure{Kind: plan.GapInvalid, Why: oneLine(err.Error())}
		}
	}
	return nil
}

// appendResource adds a resource to a kustomization file.
func appendResource(files filesys.FileSystem, name, resource string) error {
	content, err := files.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	node, err := yaml.Parse(string(content))
	if err != nil {
		return fmt.Errorf("%s is not valid YAML: %w", strings.TrimPrefix(name, top+"/"), err)
	}
	if err := setField(node, "resources", []any{resource}); err != nil {
		return fmt.Errorf("add to the resources of %s: %w", name, err)
	}
	text, err := node.String()
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return files.WriteFile(name, []byte(text))
}

// innermost is the last part of a message in which kustomize repeats the way
// it came: each base on the way wraps the message of the next.
func innermost(message string) string {
	for _, wrap := range []string{"recursed accumulation of path '", "recursed merging from path '"} {
		if i := strings.LastIndex(message, wrap); i >= 0 {
			message = message[i+len(wrap):]
		}
	}
	return pointer.ReplaceAllString(message, "0x0")
}

// pointer is an address that kustomize prints; it is another in each process, and
// what fails alike on both sides has to read alike.
var pointer = regexp.MustCompile(`\b0x[0-9a-f]{6,}\b`)

// prepare sets fields in the kustomization file of a folder and asks for the
// origin of each object, if that is wanted.
func prepare(files filesys.FileSystem, root string, fields map[string]any, origins bool) error {
	name, err := kustomizationFile(files, root)
	if err != nil {
		return err
	}
	content, err := files.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	node := yaml.NewMapRNode(nil)
	if len(strings.TrimSpace(string(content))) > 0 {
		if node, err = yaml.Parse(string(content)); err != nil {
			return fmt.Errorf("%s is not valid YAML: %w", strings.TrimPrefix(name, top+"/"), err)
		}
	}
	if node.YNode().Kind != yaml.MappingNode {
		return fmt.Errorf("%s is not a mapping", strings.TrimPrefix(name, top+"/"))
	}
	all := map[string]any{}
	if origins {
		all["buildMetadata"] = []any{types.OriginAnnotations}
	} else if asked := node.Field("buildMetadata"); asked != nil {
		asked.Value.YNode().Content = slices.DeleteFunc(asked.Value.YNode().Content, func(n *yaml.Node) bool {
			return n.Value == types.OriginAnnotations || n.Value == types.TransformerAnnotations
		})
	}
	for k, v := range fields {
		all[k] = v
	}
	for k, v := range all {
		if err := setField(node, k, v); err != nil {
			return fmt.Errorf("set %s in %s: %w", k, name, err)
		}
	}
	text, err := node.String()
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return files.WriteFile(name, []byte(text))
}

// kustomizationFile is the file kustomize would read in a folder; two of them
// are an error there too.
func kustomizationFile(files filesys.FileSystem, root string) (string, error) {
	var found []string
	for _, name := range []string{"kustomization.yaml", "kustomization.yml", "Kustomization"} {
		if p := path.Join(root, name); files.Exists(p) {
			found = append(found, p)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", fmt.Errorf("there is no kustomization file")
	}
	return "", fmt.Errorf("there is more than one kustomization file: %s", strings.ReplaceAll(strings.Join(found, ", "), top+"/", ""))
}

// setField sets a field, appending where both values are lists.
func setField(node *yaml.RNode, name string, value any) error {
	text, err := yaml.Marshal(value)
	if err != nil {
		return err
	}
	add, err := yaml.Parse(string(text))
	if err != nil {
		return err
	}
	have := node.Field(name)
	if have != nil && have.Value.YNode().Kind == yaml.SequenceNode && add.YNode().Kind == yaml.SequenceNode {
		have.Value.YNode().Content = append(have.Value.YNode().Content, add.YNode().Content...)
		return nil
	}
	return node.PipeE(yaml.SetField(name, add))
}

// document takes one object out of the build, without the origin annotation
// that prepare asked for.
func document(r *resource.Resource, root string, marked bool) (request.Doc, error) {
	var doc request.Doc
	var origin *resource.Origin
	var err error
	if marked {
		doc.Source, err = markedOrigin(r)
	} else {
		origin, err = r.GetOrigin()
	}
	if err != nil {
		return doc, fmt.Errorf("read the origin of %s: %w", r.CurId(), err)
	}
	if origin != nil {
		source := origin.Path
		if source == "" {
			source, doc.Generated = origin.ConfiguredIn, true
		}
		if source != "" {
			doc.Source = strings.TrimPrefix(path.Join(top, root, source), top+"/")
		}
		if err := r.SetOrigin(nil); err != nil {
			return doc, fmt.Errorf("remove the origin of %s: %w", r.CurId(), err)
		}
	}
	if doc.Content, err = r.AsYAML(); err != nil {
		return doc, fmt.Errorf("write %s: %w", r.CurId(), err)
	}
	doc.Stable = withoutHash(r)
	return doc, nil
}

// hashLength is that of the suffix that kustomize puts on generated names
// (api/hasher/hasher.go, encode).
const hashLength = 10

// withoutHash returns the name of a ConfigMap or Secret without the hash of
// its content, or "" where the name ends in nothing that hashes back.
func withoutHash(r *resource.Resource) string {
	if !slices.Contains([]string{"ConfigMap", "Secret"}, r.GetKind()) {
		return ""
	}
	name := r.GetName()
	cut := len(name) - hashLength - 1
	if cut < 1 || name[cut] != '-' {
		return ""
	}
	bare := r.Copy()
	if err := bare.SetName(name[:cut]); err != nil {
		return ""
	}
	hash, err := (&hasher.Hasher{}).Hash(bare)
	if err != nil || hash != name[cut+1:] {
		return ""
	}
	return name[:cut]
}
