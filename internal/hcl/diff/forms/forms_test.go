package forms

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
		want Answer // Holds: the same, never: different or unreadable, unsure: not modelled
	}{
		{form(plan.FormFold), "Tcp", "tCP", Holds},
		{form(plan.FormFold), "tcp", "udp", Never},
		{form(plan.FormTrimSuffix, "."), "a.b.", "a.b", Holds},
		{form(plan.FormTrimSuffix, "."), "a.b..", "a.b", Never},
		{form(plan.FormTrimRight, "."), "a.b..", "a.b", Holds},
		{form(plan.FormTrimSpace), " a\n", "a", Holds},
		{form(plan.FormReplace, " ", ""), "West Europe", "WestEurope", Holds},
		{form(plan.FormPart, "/", "-1"), "arn:aws:x:r:1:thing/id", "id", Holds},
		{form(plan.FormPart, "/", "-1"), "arn:aws:x:r:1:thing/id", "thing", Never},
		{form(plan.FormPart, "/", "3"), "a/b", "a/b", Never},
		{form(plan.FormAfter, "projects/"), "https://x/projects/p/y", "v1/projects/p/y", Holds},
		{form(plan.FormUnordered, ","), "b,a", "a,b", Holds},
		{form(plan.FormUnordered, ","), "b,a", "a,c", Never},
		{form(plan.FormUnordered, ""), "b,a", "a,b", Never},
		{form(plan.FormLookup, "roles/editor", "WRITER"), "roles/editor", "WRITER", Holds},
		{form(plan.FormRegexp, "^https?://", ""), "https://a", "http://a", Holds},
		{form(plan.FormMatch, "^arn:.*:function:([a-z]+)$", "1"), "arn:x:function:f", "arn:y:function:f", Holds},
		{form(plan.FormMatch, "^arn:.*:function:([a-z]+)$", "1"), "arn:x:function:f", "f", Never},
		{form(plan.FormMatch, "(", "1"), "a", "a", Unsure},
		{form(plan.FormProtocol), "TCP", "6", Holds},
		{form(plan.FormProtocol), "-1", "all", Holds},
		{form(plan.FormProtocol), "tcp", "17", Never},
		{form(plan.FormProtocol), "sctp", "132", Unsure},
		{form(plan.FormNumber), "1.50", "1.5", Holds},
		{form(plan.FormNumber), "x", "x", Never},
		{form(plan.FormTime), "2026-01-02T03:04:05Z", "2026-01-02T04:04:05+01:00", Holds},
		{form(plan.FormDuration), "60s", "1m0s", Holds},
		{form(plan.FormIP), "2001:db8:0::1", "2001:db8::1", Holds},
		{form(plan.FormCIDR), "::0/0", "::/0", Holds},
		{form(plan.FormCIDR), "10.0.0.0/8", "10.0.0.0/9", Never},
		{form(plan.FormARN), "arn:aws:iam::1:role/a", "arn:aws-cn:iam::2:role/a", Holds},
		{form(plan.FormARN), "role/a", "role/a", Never},
		{form(plan.FormBase64), "aGVsbG8=", "hello", Holds},
		{form(plan.FormHash), "a", "b", Never},
		{form(plan.FormSSHKey), "ssh-rsa AAA me@home", "ssh-rsa AAA", Holds},
		{form(plan.FormSSHKey), "ssh-rsa AAA", "ssh-rsa AAB", Never},
		{form(plan.FormJSON), `{"a": 1, "b": 2}`, `{"b":2,"a":1}`, Holds},
		{form(plan.FormJSON), `{"a": 1}`, `{"a": 2}`, Never},
		{form(plan.FormPolicy), `{"Statement": {"Action": "s3:*"}}`, `{"Statement": [{"Action": ["s3:*"]}]}`, Holds},
		{form(plan.FormYAML), "a: 1", "a:  1", Unsure},
		{form(plan.FormQuantity), "1Gi", "1024Mi", Unsure},
	} {
		a, okA := In(row.form, row.a)
		b, okB := In(row.form, row.b)
		got := Never
		switch {
		case okA == Unsure || okB == Unsure:
			got = Unsure
		case okA == Holds && okB == Holds && a == b:
			got = Holds
		}
		if got != row.want {
			t.Errorf("%s %q: %q and %q: got %d, want %d", row.form.Kind, row.form.Args, row.a, row.b, got, row.want)
		}
	}
}
