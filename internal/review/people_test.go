package review

import "testing"

// A custom role is met by its exact name, and reaches GitHub's own roles by the
// permission behind it.
func TestRolesReach(t *testing.T) {
	for _, c := range []struct {
		standing Standing
		role     string
		want     bool
	}{
		{Standing{Role: "maintain", Base: "write"}, "write", true},
		{Standing{Role: "write", Base: "write"}, "maintain", false},
		{Standing{Role: "deployer", Base: "write"}, "deployer", true},
		{Standing{Role: "deployer", Base: "write"}, "write", true},
		{Standing{Role: "deployer", Base: "write"}, "maintain", false},
		{Standing{Role: "deployer", Base: "read"}, "write", false},
		{Standing{Role: "admin", Base: "admin"}, "deployer", false},
		{Standing{Role: "write", Base: "write"}, "deployer", false},
		{Standing{}, "write", false},
		{Standing{Role: "something", Base: "unknown"}, "write", false},
	} {
		if got := c.standing.reaches(c.role); got != c.want {
			t.Errorf("%+v reaches %s: %v, want %v", c.standing, c.role, got, c.want)
		}
	}
}
