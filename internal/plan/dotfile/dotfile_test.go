package dotfile_test

import (
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan/dotfile"
)

func TestUnknown(t *testing.T) {
	for name, want := range map[string]bool{
		"apps/.deployignore":            true,
		".gcloudignore":                 true,
		"fleet/.fleetignore":            true,
		"apps/.krmignore":               true,
		"apps/.kube-source.yaml":        true,
		"apps/.KubeIgnore":              true,
		"apps/.argocd-source.yml":       true, // Argo CD does not read it; something else may
		".gitignore":                    false,
		"web/.dockerignore":             false,
		"web/Dockerfile.dockerignore":   false, // no dot-file
		"web/.dev.dockerignore":         false,
		"apps/.argocd-source.yaml":      false,
		"apps/.argocd-source-shop.yaml": false,
		"charts/shop/.helmignore":       false,
		"apps/ignore.yaml":              false,
		"apps/.env":                     false,
		".sourcery.yaml":                false,
		".trivyignore.yaml":             false,
	} {
		if got := dotfile.Unknown(name); got != want {
			t.Errorf("Unknown(%s) = %v", name, got)
		}
	}
}

func TestBeside(t *testing.T) {
	for _, c := range []struct {
		name, dir string
		want      bool
	}{
		{".x", "apps/shop", true},
		{"apps/.x", "apps/shop", true},
		{"apps/shop/.x", "apps/shop", true},
		{"apps/shop/sub/.x", "apps/shop", false},
		{"app/.x", "apps/shop", false},
		{"web/.x", "apps/shop", false},
	} {
		if got := dotfile.Beside(c.name, c.dir); got != c.want {
			t.Errorf("Beside(%s, %s) = %v", c.name, c.dir, got)
		}
	}
}
