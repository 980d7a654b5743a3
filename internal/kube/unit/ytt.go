package unit

import (
	"bytes"
	"path"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
)

// addSettings notes what an owner gives to ytt beside the files.
func (u *Unit) addSettings(o object.Object, c owner.Content) {
	if len(c.Settings) == 0 {
		return
	}
	line, end := o.Lines(c.SettingsAt)
	u.addPart(Outside{What: "what " + o.Kind + " " + o.Name + " tells ytt", ID: string(object.JSON(c.Settings)), File: o.File,
		Line: line, EndLine: end, Why: "ytt renders it into manifests and is not run here: the effect of a change could not be determined"})
}

// addPart takes what is not read and may decide about every object.
func (u *Unit) addPart(o Outside) {
	o.Alters = true
	u.Outside = append(u.Outside, o)
}

const (
	yttPart    = "ytt renders manifests with it and is not run here: the effect of a change could not be determined"
	applyRules = "it decides which fields and labels of every object are sent, which is not evaluated"
)

// isYttPart reports whether a file is a template, a library or values of ytt, by
// its marks: in comments, in texts in parentheses, in its name (carvel.dev/ytt docs,
// Syntax and Text Templates; ytt pkg/files/file.go, IsModule).
func isYttPart(name string, text []byte) bool {
	ext := path.Ext(name)
	if strings.Contains("/"+name, "/_ytt_lib/") || path.Ext(strings.TrimSuffix(path.Base(name), ext)) == ".lib" {
		return true
	}
	switch ext {
	case ".star":
		return true
	case ".yaml", ".yml":
		return bytes.Contains(text, []byte("#@"))
	case ".txt":
		return bytes.Contains(text, []byte("(@"))
	}
	return false
}

// readsFiles reports whether a template of ytt takes in files as they are.
func readsFiles(text []byte) bool {
	return bytes.Contains(text, []byte("data.read(")) || bytes.Contains(text, []byte("data.list("))
}
