package api

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-github/v60/github"
)

// The next page is where the header says (RFC 8288), whatever stands beside it.
func TestLinked(t *testing.T) {
	const link = `<https://api.github.com/x?page=1>; rel="prev", <https://api.github.com/x?page=3>; rel="next", <https://api.github.com/x?page=9>; rel="last"`
	for rel, want := range map[string]string{"next": "3", "last": "9", "prev": "1", "first": ""} {
		got := Linked(link, rel)
		if want == "" && got != "" || !strings.HasSuffix(got, want) {
			t.Errorf("%s is %q, want page %s", rel, got, want)
		}
	}
	if got := Linked("", "next"); got != "" {
		t.Errorf("no header leads to %q", got)
	}
}

// A token goes to the API it is for and nowhere else.
func TestRelative(t *testing.T) {
	base, err := url.Parse("https://github.example.com/api/v3/")
	if err != nil {
		t.Fatal(err)
	}
	c := &Client{gh: &github.Client{BaseURL: base}}
	for address, want := range map[string]string{
		"https://github.example.com/api/v3/repos/a/b?page=2": "repos/a/b?page=2",
		"https://github.example.com/repos/a/b?page=2":        "",
		"https://example.com/api/v3/repos/a/b?page=2":        "",
		"%": "",
	} {
		if got, err := c.Relative(address); got != want || (err == nil) != (want != "") {
			t.Errorf("%s is %q (%v), want %q", address, got, err, want)
		}
	}
}

// An object id is SHA-1 or SHA-256 in hexadecimal, as git writes it.
func TestIsObjectID(t *testing.T) {
	for id, want := range map[string]bool{
		strings.Repeat("0a", 20): true, strings.Repeat("0a", 32): true,
		strings.Repeat("0a", 16): false, strings.Repeat("0A", 20): false, strings.Repeat("0g", 20): false, "": false,
	} {
		if got := IsObjectID(id); got != want {
			t.Errorf("%q: %t, want %t", id, got, want)
		}
	}
}
