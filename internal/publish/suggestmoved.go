package publish

import (
	"io/fs"
	"path"
	"regexp"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/linediff"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// declared finds the head of a resource or module block.
var declared = regexp.MustCompile(`^\s*(?:resource\s+"([^"]+)"|(module))\s+"([^"]+)"`)

// called is the address of a module that the root calls, all its instances.
var called = regexp.MustCompile(`^module\.([^.\[]+)(?:\[[^\]]*\])?$`)

// movedBlock says that a deleted resource, or the module it was in, is the one
// that the change declares under another name in the same folder, where there
// is just one of its kind.
func (s *suggester) movedBlock(f rules.Finding) (Suggestion, bool) {
	gone := f.Change.Address
	if gone.Engine != plan.Terraform || f.Change.Action != plan.Delete {
		return Suggestion{}, false
	}
	if at := f.Change.At; at.Side == plan.Before {
		if edit, ok := s.renamed(path.Dir(at.File), gone.Type, gone.Name); ok {
			return Suggestion{Fingerprint: f.Fingerprint, What: "Say that it was renamed", Edit: edit}, true
		}
	}
	call := called.FindStringSubmatch(gone.Module)
	if call == nil || lineOf(f).Side != plan.Before {
		return Suggestion{}, false
	}
	edit, ok := s.renamed(path.Dir(lineOf(f).File), "module", call[1])
	return Suggestion{Fingerprint: f.Fingerprint, What: "Say that the module was renamed", Edit: edit}, ok
}

// renamed writes a moved block before the one block of the kind (a resource
// type, or module) that the change brings into a folder.
func (s *suggester) renamed(folder, kind, name string) (Edit, bool) {
	var found []Edit
	for _, file := range s.comparison.Files {
		if path.Dir(file.Path) != folder || path.Ext(file.Path) != ".tf" {
			continue
		}
		for number, line := range s.added(file) {
			m := declared.FindStringSubmatch(line)
			if m == nil || m[1]+m[2] != kind || m[3] == name {
				continue
			}
			found = append(found, movedBefore(file.Path, number, line, kind+"."+name, kind+"."+m[3]))
		}
	}
	if len(found) != 1 {
		return Edit{}, false
	}
	return found[0], true
}

func movedBefore(file string, number int, line, from, to string) Edit {
	return Edit{Path: file, Start: number, End: number, New: []string{"moved {", "  from = " + from, "  to   = " + to, "}", "", line}}
}

// movedKey says that an instance has another key now, where count became
// for_each or the like, and one instance goes and one comes.
func (s *suggester) movedKey(f rules.Finding) (Suggestion, bool) {
	gone := f.Change.Address
	if gone.Engine != plan.Terraform || f.Change.Action != plan.Delete || f.Change.Reason != plan.WrongRepetition {
		return Suggestion{}, false
	}
	var come []plan.Change
	for _, c := range s.rep.Plan.Changes {
		same := c.Address
		same.Key = gone.Key
		switch {
		case same != gone || c.Address.Key == gone.Key || c.Variant != f.Change.Variant:
		case c.Action == plan.Create:
			come = append(come, c)
		default:
			return Suggestion{}, false // another instance goes, or is replaced
		}
	}
	if len(come) != 1 || come[0].At.Side != plan.After || path.Ext(come[0].At.File) != ".tf" {
		return Suggestion{}, false
	}
	at := come[0].At
	content, err := fs.ReadFile(s.comparison.After, at.File)
	if err != nil {
		return Suggestion{}, false
	}
	lines := linediff.Split(string(content))
	if at.Line < 1 || at.Line > len(lines) {
		return Suggestion{}, false
	}
	resource := gone.Type + "." + gone.Name
	edit := movedBefore(at.File, at.Line, lines[at.Line-1], resource+gone.Key, resource+come[0].Address.Key)
	return Suggestion{Fingerprint: f.Fingerprint, What: "Say that its key was changed", Edit: edit}, true
}
