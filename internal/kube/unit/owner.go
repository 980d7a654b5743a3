package unit

import (
	"bytes"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
)

// IsOwner reports whether an object makes a controller apply other objects.
func IsOwner(o object.Object) bool {
	switch o.Group + "/" + o.Kind {
	case "argoproj.io/Application", "argoproj.io/ApplicationSet", "kustomize.toolkit.fluxcd.io/Kustomization", "helm.toolkit.fluxcd.io/HelmRelease":
		return true
	}
	return false
}

func mentionsOwner(data []byte) bool {
	return bytes.Contains(data, []byte("argoproj.io/")) || bytes.Contains(data, []byte("toolkit.fluxcd.io/"))
}

// Claims are the folders that an owner applies.
func (s *Scan) Claims(o object.Object) []string { return nil }

// Substituted is rendered text with the variables that Flux puts in.
func (u *Unit) Substituted(text []byte) []byte { return text }
