package unit

import (
	"encoding/json"
	"fmt"
	"path"
	"reflect"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Owned are the units that an owner applies on this side. They are the
// caller's to change.
func (s *Scan) Owned(o object.Object, beside Beside) []*Unit {
	key := ownedKey{o.File, o.Line, o.Key()}
	units, ok := s.owned[key]
	if !ok || !sameValue(s.ownedFrom[key], o.Value) {
		units = s.ownedAnew(o, beside)
		s.owned[key], s.ownedFrom[key] = units, o.Value
	}
	out := make([]*Unit, len(units))
	for i, u := range units {
		copied := *u
		copied.again = func(asking *Scan) *Unit {
			if units := asking.ownedAnew(o, beside); i < len(units) {
				return units[i]
			}
			return nil
		}
		out[i] = &copied
	}
	return out
}

// ownedKey tells owners apart that may come from the same place.
type ownedKey struct {
	file string
	line int
	key  object.Key
}

// sameValue reports whether two objects share their value, which is never
// modified.
func sameValue(a, b map[string]any) bool {
	return reflect.ValueOf(a).Pointer() == reflect.ValueOf(b).Pointer()
}

func (s *Scan) ownedAnew(o object.Object, beside Beside) []*Unit {
	switch owner.KindOf(o) {
	case owner.ArgoCD:
		return s.application(o)
	case owner.Flux:
		return s.fluxKustomization(o)
	case owner.Helm:
		return s.fluxRelease(o, beside)
	}
	if contents, ok := owner.ContentOf(o); ok {
		return s.plainContent(o, contents)
	}
	return nil
}

// Claims are the folders that an owner applies, whole or from their top.
func (s *Scan) Claims(o object.Object, beside Beside) []Claim {
	var out []Claim
	owners := []object.Object{o}
	if owner.KindOf(o) == owner.ApplicationSet {
		owners = s.Generate(o).Applications
	}
	for _, made := range owners {
		for _, u := range s.Owned(made, beside) {
			if u.claims {
				out = append(out, Claim{u.Root, u.deep})
			}
		}
	}
	return out
}

// Claim is a folder that an owner applies.
type Claim struct {
	Dir string
	// Deep: what lies below counts as well.
	Deep bool
}

// Covers reports whether a folder is part of the claim.
func (c Claim) Covers(dir string) bool { return dir == c.Dir || c.Deep && under(dir, c.Dir) }

// decode fills a struct from an object. Fields that it does not name are not
// looked at: these are the objects of others.
func decode(o object.Object, into any) error {
	text, err := json.Marshal(o.Value)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// ownerGap is a gap at a field of an owner.
func ownerGap(t *Tree, o object.Object, kind plan.GapKind, at plan.Path, format string, args ...any) plan.Gap {
	return plan.Gap{At: o.At(t.Side, at), Kind: kind, Subject: o.Kind + " " + o.Name, Why: fmt.Sprintf(format, args...)}
}

// clean is a path of an owner inside the repository: `./apps/web` and
// `/apps/web` mean the same.
func clean(p string) string {
	p = path.Clean(strings.TrimLeft(p, "/"))
	if p == "" {
		return "."
	}
	return p
}
