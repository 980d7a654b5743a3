package config_test

import (
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
)

func TestNewestMajor(t *testing.T) {
	for constraint, want := range map[string]struct {
		major    int
		open, ok bool
	}{
		"":                     {99, true, true},
		">= 5.0":               {99, true, true},
		"~> 6.0":               {6, false, true},
		"~> 6.0, != 6.57.0":    {6, false, true},
		"~> 7.40.0":            {7, false, true},
		"7.40.3":               {7, false, true},
		"< 6.53.1":             {6, false, true},
		"< 6.53":               {6, false, true},
		"< 6.0":                {5, false, true},
		">= 4.9, < 6":          {5, false, true},
		"<= 6.0.0":             {6, false, true},
		">= 5.1.0, <= 5.1.9":   {5, false, true},
		"not a version":        {0, false, false},
		"> 6.0, < 5.0":         {0, false, false},
		"~> 5.0, >= 5.2, < 9.": {0, false, false},
	} {
		major, open, ok := config.NewestMajor(constraint)
		if major != want.major || open != want.open || ok != want.ok {
			t.Errorf("NewestMajor(%q) = %d, %v, %v, want %v", constraint, major, open, ok, want)
		}
	}
}
