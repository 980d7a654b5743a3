package diff

import (
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// What each form makes of a text; a twin that it leaves apart stands below it.
func TestForms(t *testing.T) {
	form := func(kind plan.FormKind, args ...string) plan.Form { return plan.Form{Kind: kind, Args: args} }
	for _, row := range []struct {
		form plan.Form
		a, b string
		want answer // holds: the same, never: different or unreadable, unsure: not modelled
	}{
		{form(plan.FormFold), "Tcp", "tCP", holds},
		{form(plan.FormFold), "tcp", "udp", never},
		{form(plan.FormTrimSuffix, "."), "a.b.", "a.b", holds},
		{form(plan.FormTrimSuffix, "."), "a.b..", "a.b", never},
		{form(plan.FormTrimRight, "."), "a.b..", "a.b", holds},
		{form(plan.FormTrimSpace), " a\n", "a", holds},
		{form(plan.FormReplace, " ", ""), "West Europe", "WestEurope", holds},
		{form(plan.FormPart, "/", "-1"), "arn:aws:x:r:1:thing/id", "id", holds},
		{form(plan.FormPart, "/", "-1"), "arn:aws:x:r:1:thing/id", "thing", never},
		{form(plan.FormPart, "/", "3"), "a/b", "a/b", never},
		{form(plan.FormAfter, "projects/"), "https://x/projects/p/y", "v1/projects/p/y", holds},
		{form(plan.FormUnordered, ","), "b,a", "a,b", holds},
		{form(plan.FormUnordered, ","), "b,a", "a,c", never},
		{form(plan.FormUnordered, ""), "b,a", "a,b", never},
		{form(plan.FormLookup, "roles/editor", "WRITER"), "roles/editor", "WRITER", holds},
		{form(plan.FormRegexp, "^https?://", ""), "https://a", "http://a", holds},
		{form(plan.FormMatch, "^arn:.*:function:([a-z]+)$", "1"), "arn:x:function:f", "arn:y:function:f", holds},
		{form(plan.FormMatch, "^arn:.*:function:([a-z]+)$", "1"), "arn:x:function:f", "f", never},
		{form(plan.FormMatch, "(", "1"), "a", "a", unsure},
		{form(plan.FormProtocol), "TCP", "6", holds},
		{form(plan.FormProtocol), "-1", "all", holds},
		{form(plan.FormProtocol), "tcp", "17", never},
		{form(plan.FormProtocol), "sctp", "132", unsure},
		{form(plan.FormNumber), "1.50", "1.5", holds},
		{form(plan.FormNumber), "x", "x", never},
		{form(plan.FormTime), "2026-01-02T03:04:05Z", "2026-01-02T04:04:05+01:00", holds},
		{form(plan.FormDuration), "60s", "1m0s", holds},
		{form(plan.FormIP), "2001:db8:0::1", "2001:db8::1", holds},
		{form(plan.FormCIDR), "::0/0", "::/0", holds},
		{form(plan.FormCIDR), "10.0.0.0/8", "10.0.0.0/9", never},
		{form(plan.FormARN), "arn:aws:iam::1:role/a", "arn:aws-cn:iam::2:role/a", holds},
		{form(plan.FormARN), "role/a", "role/a", never},
		{form(plan.FormBase64), "aGVsbG8=", "hello", holds},
		{form(plan.FormHash), "a", "b", never},
		{form(plan.FormSSHKey), "ssh-rsa AAA me@home", "ssh-rsa AAA", holds},
		{form(plan.FormSSHKey), "ssh-rsa AAA", "ssh-rsa AAB", never},
		{form(plan.FormJSON), `{"a": 1, "b": 2}`, `{"b":2,"a":1}`, holds},
		{form(plan.FormJSON), `{"a": 1}`, `{"a": 2}`, never},
		{form(plan.FormPolicy), `{"Statement": {"Action": "s3:*"}}`, `{"Statement": [{"Action": ["s3:*"]}]}`, holds},
		{form(plan.FormYAML), "a: 1", "a:  1", unsure},
		{form(plan.FormQuantity), "1Gi", "1024Mi", unsure},
	} {
		a, okA := inForm(row.form, row.a)
		b, okB := inForm(row.form, row.b)
		got := never
		switch {
		case okA == unsure || okB == unsure:
			got = unsure
		case okA == holds && okB == holds && a == b:
			got = holds
		}
		if got != row.want {
			t.Errorf("%s %q: %q and %q: got %d, want %d", row.form.Kind, row.form.Args, row.a, row.b, got, row.want)
		}
	}
}
