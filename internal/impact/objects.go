package impact

import (
	"path"
	"strings"

	"go.yaml.in/yaml/v3"
)

// objects finds what a file of manifests mounts, selects or sends to. A file that is
// no YAML by itself (a template) is passed over.
func (s *search) objects(name, content string) {
	if len(s.named) == 0 || !s.namesObject(content) {
		return
	}
	dec := yaml.NewDecoder(strings.NewReader(content))
	for {
		var doc yaml.Node
		if err := dec.Decode(&doc); err != nil {
			return // the end, or no YAML from here on
		}
		if len(doc.Content) == 1 {
			s.document(name, doc.Content[0])
		}
	}
}

func (s *search) namesObject(content string) (found bool) {
	tokens(content, func(token string, _ int) { found = found || s.named[token] != nil })
	return found
}

func (s *search) document(file string, doc *yaml.Node) {
	if text(doc, "kind") == "List" {
		if items := child(doc, "items"); items != nil {
			for _, item := range items.Content {
				s.document(file, item)
			}
		}
		return
	}
	m := manifest{search: s, file: file, kind: text(doc, "kind"), name: text(child(doc, "metadata"), "name"),
		namespace: text(child(doc, "metadata"), "namespace")}
	if m.kind == "" || m.name == "" {
		return
	}
	m.walk(doc, "", 0)
}

// manifest is one object of a file.
type manifest struct {
	*search
	file, kind, name, namespace string
}

// deepest bounds how deep a document is entered.
const deepest = 60

// walk visits every mapping of a document; under is the key that it stands at.
func (m manifest) walk(n *yaml.Node, under string, depth int) {
	if depth > deepest {
		return
	}
	switch n.Kind {
	case yaml.MappingNode:
		m.mapping(n, under)
		for i := 0; i+1 < len(n.Content); i += 2 {
			m.walk(n.Content[i+1], n.Content[i].Value, depth+1)
		}
	case yaml.SequenceNode:
		for _, item := range n.Content {
			m.walk(item, under, depth+1)
		}
	}
}

// byKey are the keys whose text names an object of a kind.
var byKey = map[string]string{
	"claimName": "PersistentVolumeClaim", "secretName": "Secret", "serviceAccountName": "ServiceAccount", "serviceAccount": "ServiceAccount",
	"serviceName": "Service", "storageClassName": "StorageClass", "volumeName": "PersistentVolume", "priorityClassName": "PriorityClass",
	"ingressClassName": "IngressClass", "configMapName": "ConfigMap", "runtimeClassName": "RuntimeClass",
}

// byParent are the keys below which `name` names an object of a kind.
var byParent = map[string]string{
	"configMap": "ConfigMap", "configMapRef": "ConfigMap", "configMapKeyRef": "ConfigMap", "secret": "Secret", "secretRef": "Secret",
	"secretKeyRef": "Secret", "imagePullSecrets": "Secret", "service": "Service", "backendRefs": "Service",
}

func (m manifest) mapping(n *yaml.Node, under string) {
	name, kind := child(n, "name"), text(n, "kind")
	switch {
	case under == "" || name == nil || name.Kind != yaml.ScalarNode:
	case kind != "":
		m.refers(kind, text(n, "namespace"), name)
	case byParent[under] != "":
		m.refers(byParent[under], text(n, "namespace"), name)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i].Value, n.Content[i+1]
		if value.Kind != yaml.ScalarNode {
			continue
		}
		if kind := byKey[key]; kind != "" {
			m.refers(kind, "", value)
		}
		if under == "metadata" && key == "namespace" {
			m.refers("Namespace", "", value)
		}
	}
}

// refers takes up that the object refers to one of a kind and a name. A namespace that
// is not written is the object's own.
func (m manifest) refers(kind, namespace string, name *yaml.Node) {
	for _, l := range m.named[name.Value] {
		if !m.budget.spend(&m.budget.followed, 1, maxFollow) {
			return
		}
		goes := m.leaves[object(m.kind, m.namespace, m.name)] || m.leaves[object(m.kind, l.namespace, m.name)]
		if l.kind != kind || goes || !m.sees(l, namespace) {
			continue
		}
		l.add(Object, m.kind+"/"+m.name, m.file, name.Line)
	}
}

// sees reports whether an object is in the namespace that a reference means. Where the
// file says none, that is so for a file of the same root or beside the object's own.
func (m manifest) sees(l *lost, namespace string) bool {
	if namespace == "" {
		namespace = m.namespace
	}
	root := l.change.Address.Root
	switch {
	case l.namespace == "" || namespace == l.namespace:
		return true
	case namespace != "":
		return false
	}
	return l.namespace == "default" || root == "." || strings.HasPrefix(m.file, root+"/") || path.Dir(m.file) == path.Dir(l.change.At.File)
}

// child is the value of a key of a mapping, nil where there is none.
func child(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

func text(n *yaml.Node, key string) string {
	if value := child(n, key); value != nil && value.Kind == yaml.ScalarNode {
		return value.Value
	}
	return ""
}
