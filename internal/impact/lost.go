package impact

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// lost is one object that a change destroys.
type lost struct {
	change *plan.Change
	// key is `type.name` of a Terraform resource, dir the folder that declares it.
	key, dir string
	// identifiers are what others know it by.
	identifiers []string
	// kind, namespace and name are those of a Kubernetes object; kind is empty for
	// others.
	kind, namespace, name string
	uses                  []Use
	seen                  map[Use]bool
	more                  int
}

// maxKept bounds the uses that are kept of one object; the others are counted.
const maxKept = 200

// add keeps a use, one for each thing and file.
func (l *lost) add(kind Kind, what, file string, line int) {
	id := Use{Kind: kind, What: what, At: plan.Range{File: file}}
	if l.seen[id] {
		return
	}
	if len(l.seen) >= maxKept {
		l.more++
		return
	}
	l.seen[id] = true
	l.uses = append(l.uses, Use{Kind: kind, What: what, At: plan.Range{File: file, Line: line, EndLine: line, Side: plan.After}})
}

func lostOf(c *plan.Change) *lost {
	l := &lost{change: c, seen: map[Use]bool{}}
	if c.Address.Engine == plan.Kubernetes {
		l.kind, l.namespace, l.name = path.Base(c.Address.Type), c.Address.Module, c.Address.Name
		if l.kind == "Service" && l.namespace != "" {
			l.identifiers = append(l.identifiers, l.name+"."+l.namespace)
		}
		return l
	}
	l.key, l.dir = c.Previous.Type+"."+c.Previous.Name, path.Dir(c.At.File)
	l.kubernetes()
	for _, name := range identifying {
		if id, ok := c.Before[name].(string); ok && specific(id) && !slices.Contains(l.identifiers, id) && l.kind == "" {
			l.identifiers = append(l.identifiers, id)
		}
	}
	return l
}

// kubernetes reads the name of a Kubernetes object that Terraform manages.
func (l *lost) kubernetes() {
	rest, ok := strings.CutPrefix(l.change.Address.Type, "kubernetes_")
	if !ok {
		return
	}
	list, _ := l.change.Before["metadata"].([]any)
	if len(list) != 1 {
		return
	}
	meta, _ := list[0].(map[string]any)
	name, _ := meta["name"].(string)
	if name == "" {
		return
	}
	for part := range strings.SplitSeq(versionSuffix.ReplaceAllString(rest, ""), "_") {
		l.kind += strings.ToUpper(part[:min(1, len(part))]) + part[min(1, len(part)):]
	}
	l.name = name
	l.namespace, _ = meta["namespace"].(string)
}

var versionSuffix = regexp.MustCompile(`_v\d+((alpha|beta)\d+)?$`)

// identifying are attributes by which others know an object, in providers' words.
var identifying = []string{
	"bucket", "identifier", "cluster_identifier", "db_instance_identifier", "name", "cluster_id", "replication_group_id", "cluster_name",
	"domain", "domain_name", "fqdn", "hostname", "dns_name", "email", "account_id", "repository", "repository_id", "repository_name",
	"repository_url", "dataset_id", "table_id", "table_name", "function_name", "queue_name", "topic", "alias", "server_name", "instance_id",
	"db_name", "database_name", "arn", "url", "login_server", "secret_id", "stack_name", "vault_name",
}

const (
	leastID = 4
	mostID  = 256
)

// specific reports whether a value names one thing: not short, and no word that is
// said of everything.
func specific(id string) bool {
	if len(id) < leastID || len(id) > mostID || firstToken(id) == "" || strings.ContainsAny(id, " \t\n\r") {
		return false
	}
	return !slices.Contains(common, strings.ToLower(strings.Trim(id, "/")))
}

// common are words that say nothing of which thing is meant.
var common = strings.Fields(`prod production stage staging test testing dev develop development qa uat demo sandbox preview default main
	master primary secondary replica public private internal external shared common global local base core app apps application api web
	www site frontend backend server client service services worker workers job jobs cron queue queues topic topics event events data
	database databases postgres postgresql mysql mariadb redis cache mongo mongodb kafka rabbitmq elasticsearch opensearch storage
	bucket buckets files assets static media images logs logging metrics monitoring state terraform config configuration settings secret
	secrets token tokens password user users admin root account accounts auth network cluster clusters node nodes pool instance
	instances example this infra platform system kube-system true false null none latest enabled disabled`)

// plain reports whether an identifier is one word of letters: it is looked for only
// where it is a whole value.
func plain(id string) bool {
	return !strings.ContainsFunc(id, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') })
}

// leaving names what a change destroys.
func leaving(c *plan.Change) string {
	if c.Address.Engine == plan.Kubernetes {
		return object(path.Base(c.Address.Type), c.Address.Module, c.Address.Name)
	}
	return path.Dir(c.At.File) + " " + c.Previous.Type + "." + c.Previous.Name
}

func object(kind, namespace, name string) string { return kind + "/" + namespace + "/" + name }

// steps are the names of the module calls that lead to the object.
func (l *lost) steps() []string {
	var out []string
	rest := l.change.Previous.Module
	for rest != "" {
		name, ok := strings.CutPrefix(rest, "module.")
		if !ok {
			return nil
		}
		end := strings.IndexAny(name, ".[")
		if end < 0 {
			return append(out, name)
		}
		out = append(out, name[:end])
		rest = name[end:]
		if strings.HasPrefix(rest, "[") {
			rest = rest[behindKey(rest):]
		}
		rest = strings.TrimPrefix(rest, ".")
	}
	return out
}

// behindKey is where a key in brackets ends.
func behindKey(text string) int {
	quoted := false
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quoted:
			i++
		case text[i] == '"':
			quoted = !quoted
		case text[i] == ']' && !quoted:
			return i + 1
		}
	}
	return len(text)
}
