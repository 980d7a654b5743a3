package unit

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/kustomization"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/tree"
)

// Moved reports whether two sides read another content by their sources. One
// that gets another name alone, or is only written down now, has not moved.
func (s Source) Moved(after Source) bool {
	if s.Text != "" && after.Text != "" {
		return s.Text != after.Text
	}
	return s.Name != after.Name
}

// config is what beside the files decides about the objects.
func (u *Unit) config() string {
	text, err := json.Marshal([]any{
		u.Tool, u.Root, u.Owner.Cluster, u.Namespace, u.Manifests, u.Fields, string(u.Written), u.Release, u.Values, u.WithoutDefaults,
		u.Vendored, u.Substitute, u.Config, u.Charts, u.Decrypted,
	})
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// SameInputs reports whether two sides of a unit are made from the same.
func SameInputs(before *Unit, tb *tree.Tree, after *Unit, ta *tree.Tree) bool {
	if !slices.Equal(before.Files, after.Files) || before.config() != after.config() || !sameOutside(before, after) {
		return false
	}
	if len(before.Gaps) > 0 != (len(after.Gaps) > 0) {
		return false
	}
	for _, name := range before.Files {
		if !tree.Same(tb, ta, name) {
			return false
		}
	}
	return true
}

// sameOutside: what is added to what neither side can be made from takes
// nothing away, unless it alters what is there.
func sameOutside(before, after *Unit) bool {
	all := func(Outside) bool { return true }
	if len(before.Gaps) > 0 && len(after.Gaps) > 0 {
		b, a := outsideIDs(before, all), outsideIDs(after, all)
		altering := func(o Outside) bool { return o.Alters }
		return !slices.ContainsFunc(b, func(id string) bool { return !slices.Contains(a, id) }) &&
			slices.Equal(outsideIDs(before, altering), outsideIDs(after, altering))
	}
	return slices.Equal(outsideIDs(before, all), outsideIDs(after, all))
}

func outsideIDs(u *Unit, counts func(Outside) bool) []string {
	var ids []string
	for _, o := range u.Outside {
		if counts(o) {
			ids = append(ids, o.What+"\x00"+o.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// Shape is what decides which objects there are of what the unit builds on and
// is not here: of that nothing else can be seen to change.
func (u *Unit) Shape() string {
	kept := map[string]any{}
	for key, value := range u.Fields {
		text := object.JSON(value)
		selectors := key == "labels" && bytes.Contains(text, []byte(`"includeSelectors":true`))
		if kustomization.IsShape(key) || selectors || key == "patches" && kustomization.Reshaping(text) {
			kept[key] = value
		}
	}
	return string(object.JSON([]any{u.shape, kept, u.Namespace}))
}

// LeftOut reports whether a part is not in the build.
func (o Outside) LeftOut() bool { return o.Line > 0 || o.Entry != "" || o.Selects }
