package modulesjson

import "testing"

const real = `{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"vpc","Source":"registry.terraform.io/terraform-aws-modules/vpc/aws","Version":"5.8.1","Dir":".terraform/modules/vpc"},{"Key":"vpc.a","Source":"./modules/a","Dir":".terraform/modules/vpc/modules/a"},{"Key":"near","Source":"../near","Dir":"../near"}]}`

func TestParse(t *testing.T) {
	records, err := Parse([]byte(real))
	if err != nil || len(records) != 4 {
		t.Fatalf("%v, %v", records, err)
	}
	if r := records[1]; r.Key != "vpc" || r.Version != "5.8.1" || r.Dir != ".terraform/modules/vpc" {
		t.Errorf("vpc: %+v", r)
	}
	for _, bad := range []string{
		``, `[]`, `{"Modules":[{"Key":"a","Dir":"/etc"}]}`, `{"Modules":[{"Key":"a","Dir":"b"},{"Key":"a","Dir":"c"}]}`,
		`{"Modules":[{"Key":"a","X":1}]}`, `{"Modules":{}}`,
	} {
		if _, err := Parse([]byte(bad)); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}
