package impact

import (
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// step is a node whose users are looked for: in a module of the root, so many calls
// deep.
type step struct {
	target string
	level  int
}

// follow finds what refers to an object, from node to node: through locals, through
// outputs up to the root, and from its outputs to the roots that read them. The way is
// that of the before side, for a change that takes an object away may take its outputs
// along; what is found must be there after it.
func (s *search) follow(l *lost) {
	if l.change.Address.Engine != plan.Terraform {
		return
	}
	steps := l.steps()
	dirs := s.dirs(l.change.Address.Root, steps)
	if len(dirs) != len(steps)+1 || dirs[len(steps)] != l.dir {
		return // the module is elsewhere
	}
	queue, seen := []step{{l.key, len(steps)}}, map[step]bool{}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if seen[at] {
			continue
		}
		seen[at] = true
		for _, b := range s.users(dirs[at.level], at.target) {
			if !s.budget.spend(&s.budget.followed, 1, maxFollow) {
				return
			}
			queue = append(queue, s.user(l, b, at, dirs, steps)...)
		}
	}
}

// users are the blocks of a folder that refer to a node, on either side.
func (s *search) users(dir, target string) []*block {
	s.before.folder(dir)
	out := slices.Clone(s.before.users[dir][target])
	for _, b := range s.after.users[dir][target] {
		if !slices.ContainsFunc(out, func(o *block) bool { return o.kind == b.kind && o.typ == b.typ && o.name == b.name }) {
			out = append(out, b)
		}
	}
	return out
}

// dirs are the folders of the modules that lead to an object, the root first.
func (s *search) dirs(root string, steps []string) []string {
	dirs := []string{root}
	for _, name := range steps {
		dir := dirs[len(dirs)-1]
		call := s.before.find(dir, &block{kind: "module", name: name})
		if call == nil {
			call = s.after.find(dir, &block{kind: "module", name: name})
		}
		if call == nil || !strings.HasPrefix(call.values["source"], ".") {
			return dirs
		}
		dirs = append(dirs, path.Join(dir, call.values["source"]))
	}
	return dirs
}

// user takes up a block that refers to a node. It gives the nodes that carry on.
func (s *search) user(l *lost, b *block, at step, dirs, steps []string) []step {
	dir := dirs[at.level]
	switch b.kind {
	case "local":
		return []step{{"local." + b.name, at.level}}
	case "output":
		if at.level == 0 {
			s.readers(l, dirs[0], b.name)
			return nil
		}
		return []step{{"module." + steps[at.level-1] + "." + b.name, at.level - 1}}
	}
	kind, ok := map[string]Kind{"resource": Resource, "data": Resource, "module": Module, "provider": Provider}[b.kind]
	now := s.after.find(dir, b)
	if !ok || now == nil || b.kind == "resource" && s.leaves[dir+" "+b.typ+"."+b.name] {
		return nil
	}
	if b.kind == "module" && at.level < len(steps) && b.name == steps[at.level] {
		return nil // what the object lies in
	}
	for _, r := range now.refs {
		if r.target != at.target || at.target == l.key && !sameKey(r.key, l.change.Previous.Key) {
			continue
		}
		what := now.address()
		if at.level > 0 {
			what = "module." + strings.Join(steps[:at.level], ".module.") + "." + what
		}
		l.add(kind, what, now.file, r.line)
		return nil
	}
	return nil
}

// sameKey reports whether a reference may be to an instance: keys that are written out
// differ.
func sameKey(written, key string) bool {
	literal := written != "" && key != "" && (written[1] == '"' || written[1] >= '0' && written[1] <= '9')
	return !literal || written == key
}

// readers are the places of other roots that read an output of a root by its state.
func (s *search) readers(l *lost, root, output string) {
	state := s.state(root)
	for _, dir := range sorted(s.after.folders) {
		for _, b := range s.after.folders[dir] {
			var target string
			switch {
			case b.kind == "data" && b.typ == "terraform_remote_state" && reads(b, dir, root, state):
				target = "data.terraform_remote_state." + b.name + "." + output
			case b.kind == "dependency" && b.values["config_path"] != "" && path.Join(dir, b.values["config_path"]) == root:
				target = "dependency." + b.name + "." + output
			default:
				continue
			}
			if !s.budget.spend(&s.budget.followed, 1, maxFollow) {
				return
			}
			s.read(l, dir, target)
		}
	}
}

// read adds the blocks of a folder that read an output, and what is not in a block of
// its own as such.
func (s *search) read(l *lost, dir, target string) {
	for _, user := range s.after.users[dir][target] {
		i := slices.IndexFunc(user.refs, func(r ref) bool { return r.target == target })
		l.add(RemoteState, user.address(), user.file, user.refs[i].line)
	}
}

// places are the arguments that say where a state is.
var (
	places = []string{"key", "prefix", "path"}
	stores = []string{"bucket", "container_name", "storage_account_name", "organization", "region"}
)

// state is where the state of a root is, as its backend says.
func (s *search) state(root string) map[string]string {
	for _, c := range []*configuration{s.before, s.after} {
		for _, b := range c.folder(root) {
			if b.kind == "terraform" && slices.ContainsFunc(places, func(p string) bool { return b.values[p] != "" }) {
				return b.values
			}
		}
	}
	return nil
}

// reads reports whether a data source reads the state of a root: the same place, in a
// store that is not another one.
func reads(b *block, dir, root string, state map[string]string) bool {
	if p := b.values["path"]; strings.HasSuffix(p, ".tfstate") && state["path"] == "" {
		return path.Join(dir, path.Dir(p)) == root
	}
	same := false
	for _, p := range places {
		if b.values[p] != "" && state[p] != "" {
			if b.values[p] != state[p] {
				return false
			}
			same = true
		}
	}
	return same && !slices.ContainsFunc(stores, func(p string) bool { return b.values[p] != "" && state[p] != "" && b.values[p] != state[p] })
}

// literals finds identifiers in the strings of Terraform files.
func (s *search) literals(name string, blocks []*block) {
	if len(s.identified) == 0 {
		return
	}
	dir := path.Dir(name)
	for _, b := range blocks {
		for _, lit := range b.literals {
			s.identifiedIn(lit.text, func(l *lost, id string, at int) {
				if plain(id) && lit.text != id && !strings.HasPrefix(lit.text[at+len(id):], ".") {
					return
				}
				if kind, ok := s.mention(l, b, dir); ok {
					l.add(kind, b.address(), name, lit.line)
				}
			})
		}
	}
}

// mention says what a block is to an object whose identifier it has; ok is false where
// it only gives something its name.
func (s *search) mention(l *lost, b *block, dir string) (kind Kind, ok bool) {
	sameRoot := dir == l.dir || dir == l.change.Address.Root
	switch {
	case b.kind == "resource" && (b.typ == l.change.Address.Type || s.leaves[dir+" "+b.typ+"."+b.name]):
		return "", false
	case b.kind == "data" && b.typ == l.change.Address.Type:
		return DataSource, true
	case b.kind == "data" && b.typ == "terraform_remote_state", b.kind == "terraform", b.kind == "output", b.kind == "variable":
		return "", false
	case b.kind == "resource" || b.kind == "data":
		if sameRoot {
			return Resource, true
		}
		return File, true
	}
	return File, !sameRoot && b.kind != "provider"
}

func sorted(folders map[string][]*block) []string {
	out := make([]string, 0, len(folders))
	for dir := range folders {
		out = append(out, dir)
	}
	slices.Sort(out)
	return out
}
