package facts_test

import (
	"bytes"
	"io/fs"
	"maps"
	"reflect"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	data "github.com/holdpoint-dev/holdpoint/rules/facts"
)

func TestLoadFindsTheNearestVersion(t *testing.T) {
	find := facts.Load()
	for _, row := range []struct{ provider, version, typ, want string }{
		{"registry.terraform.io/hashicorp/aws", "5.46.0", "aws_instance", "5.46.0"},
		{"registry.terraform.io/hashicorp/aws", "5.100.0", "aws_instance", "5.46.0"},
		{"registry.terraform.io/hashicorp/aws", "4.67.0", "aws_instance", "4.67.0"},
		{"registry.terraform.io/hashicorp/aws", "3.70.0", "aws_instance", "4.67.0"},
		{"registry.terraform.io/hashicorp/aws", "6.0.0", "aws_instance", "6.58.0"},
		{"registry.terraform.io/hashicorp/aws", "7.1.0", "aws_instance", "6.58.0"},
		{"registry.terraform.io/hashicorp/aws", "", "aws_instance", "6.58.0"},
		{"registry.opentofu.org/hashicorp/aws", "", "aws_instance", "6.58.0"},
		{"hashicorp/aws", "", "aws_instance", "6.58.0"},
		{"aws", "", "aws_instance", "6.58.0"},
		// A type that the nearest version does not have yet.
		{"aws", "5.100.0", "aws_dsql_cluster", "6.58.0"},
		{"registry.terraform.io/hashicorp/google-beta", "6.1.0", "google_sql_database_instance", "6.50.0"},
		{"registry.terraform.io/hashicorp/google-beta", "8.1.0", "google_sql_database", "8.0.0"},
		// A type that only preview builds have, and one with more attributes there.
		{"registry.terraform.io/hashicorp/google-beta", "8.0.0", "google_api_gateway_api", "8.0.0"},
		{"mrparkers/keycloak", "4.4.0", "keycloak_realm", "5.9.0"},
		{"Snowflake-Labs/snowflake", "0.90.0", "snowflake_database", "2.20.0"},
		{"DataDog/datadog", "", "datadog_monitor", "4.19.0"},
		{"terraform.io/builtin/terraform", "", "terraform_data", ""},
	} {
		got := find(row.provider, row.version, row.typ)
		if got == nil || got.Type != row.typ || got.Version != row.want {
			t.Errorf("%s %s %s: got %+v, want version %s", row.provider, row.version, row.typ, got, row.want)
		}
	}
	for _, row := range []struct{ provider, typ string }{
		{"registry.terraform.io/hashicorp/aws", "aws_no_such_type"},
		{"registry.terraform.io/someone/datadog", "datadog_monitor"},
		{"registry.terraform.io/hashicorp/google", "google_api_gateway_api"},
		{"registry.terraform.io/someone/aws", "aws_instance"},
	} {
		if got := find(row.provider, "", row.typ); got != nil {
			t.Errorf("%s %s: got %+v, want nothing", row.provider, row.typ, got)
		}
	}
}

func TestAttributes(t *testing.T) {
	db := facts.Load()("aws", "5.46.0", "aws_db_instance")
	for name, want := range map[string]plan.AttrFacts{
		"storage_encrypted": {Type: "bool", Optional: true, Force: plan.ForceAlways},
		"kms_key_id":        {Type: "string", Optional: true, Computed: true, Force: plan.ForceAlways},
		"apply_immediately": {Type: "bool", Optional: true, Default: false},
		"arn":               {Type: "string", Computed: true},
	} {
		if got := db.Attributes[name]; !reflect.DeepEqual(*got, want) {
			t.Errorf("%s: got %+v, want %+v", name, *got, want)
		}
	}
	if got := db.Attributes["deletion_protection"]; got.Force != plan.ForceNever || got.Computed {
		t.Errorf("deletion_protection: got %+v", got)
	}
}

// Every embedded file must open, every type in it decode, and nothing about it
// be lost on the way.
func TestEmbeddedFilesDecode(t *testing.T) {
	headers := facts.Versions()
	files, err := fs.Glob(data.Files, "*.facts")
	if err != nil || len(files) == 0 || len(files) != len(headers) {
		t.Fatalf("%d files, %d headers, %v", len(files), len(headers), err)
	}
	find := facts.Load()
	for _, h := range headers {
		if h.Version == "" || h.Date == "" || h.Made == "" {
			t.Errorf("%s: header without version, date or origin: %+v", h.Provider, h)
		}
		names := facts.Types(h)
		if len(names) == 0 {
			t.Errorf("%s %s has no types", h.Provider, h.Version)
		}
		opened, err := facts.Open(embedded(t, h))
		if err != nil {
			t.Fatal(err)
		}
		types := map[string]*plan.TypeFacts{}
		for _, name := range names {
			types[name] = withoutID(find(h.Provider, h.Version, name), opened)
		}
		packed, err := facts.Pack(h, types)
		if err != nil {
			t.Fatal(err)
		}
		got, err := facts.Body(packed)
		if err != nil {
			t.Fatal(err)
		}
		want, err := facts.Body(embedded(t, h))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s %s: packing what was read gives other bytes (%v)", h.Provider, h.Version, err)
		}
	}
}

// withoutID takes the id away that a lookup adds.
func withoutID(t *plan.TypeFacts, f *facts.File) *plan.TypeFacts {
	bare, err := f.Find(t.Type)
	if err != nil || bare.Attributes["id"] != nil {
		return t
	}
	c := *t
	c.Attributes = maps.Clone(t.Attributes)
	delete(c.Attributes, "id")
	return &c
}

func embedded(t *testing.T, h facts.Header) []byte {
	t.Helper()
	b, err := fs.ReadFile(data.Files, strings.Replace(h.Provider, "/", "_", 1)+"@"+h.Version+".facts")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTypeFactsListsAllVersions(t *testing.T) {
	if all := facts.TypeFacts("google_compute_instance"); all[len(all)-1].Provider != "hashicorp/google" {
		t.Errorf("the last is of %s", all[len(all)-1].Provider)
	}
	var got []string
	for _, f := range facts.TypeFacts("aws_instance") {
		got = append(got, f.Provider+" "+f.Version)
	}
	if want := []string{"hashicorp/aws 4.67.0", "hashicorp/aws 5.46.0", "hashicorp/aws 6.58.0"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestOpenRefusesBrokenFiles(t *testing.T) {
	whole := embedded(t, facts.Header{Provider: "hashicorp/null", Version: "3.3.1"})
	for _, n := range []int{0, 3, 4, 8, 20, len(whole) / 2, len(whole) - 1} {
		if _, err := facts.Open(whole[:n]); err == nil {
			t.Errorf("a file cut to %d of %d bytes opens", n, len(whole))
		}
	}
}

func TestDecodeIsStrict(t *testing.T) {
	for _, text := range []string{
		`{"provider":"x/y","version":"1","resources":{"a":{"a":{"b":{"t":"string","q":1}}}}}`,
		`{"provider":"x/y","version":"1","types":{}}`,
		`{`,
	} {
		if _, err := facts.Decode([]byte(text)); err == nil {
			t.Errorf("decodes: %s", text)
		}
	}
	for _, text := range []string{
		`{"resources":{"a":{"a":{"b":{"t":"string","m":"x"}}}}}`,
		`{"resources":{"a":{"a":{"b":{"t":"string","f":"sometimes"}}}}}`,
	} {
		s, err := facts.Decode([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Types(); err == nil {
			t.Errorf("converts: %s", text)
		}
	}
}

func TestDefaultsInWords(t *testing.T) {
	s, err := facts.Decode([]byte(`{"provider":"x/y","version":"1","resources":{"t":{"fw":true,"a":{
		"yes":{"t":"bool","m":"oc","d":{"fw":"value defaults to true"}},
		"n":{"t":"int64","m":"oc","d":{"fw":"value defaults to 5"}},
		"s":{"t":"string","m":"oc","d":{"fw":"value defaults to no-preference"}},
		"max":{"t":"number","m":"o","d":{"const":"math.MaxInt32"}},
		"zero":{"t":"string","m":"o","d":""},
		"open":{"t":"string","m":"o","d":{"const":"example.com/x.Y"}}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	types, err := s.Types()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{
		"yes": true, "n": 5.0, "s": "no-preference", "max": 2147483647.0, "zero": "",
		"open": map[string]any{"const": "example.com/x.Y"},
	} {
		if got := types["t"].Attributes[name].Default; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %#v, want %#v", name, got, want)
		}
	}
}

// What a command pays before its first answer.
func BenchmarkFirstType(b *testing.B) {
	for b.Loop() {
		if facts.Load()("aws", "6.58.0", "aws_db_instance") == nil {
			b.Fatal("not found")
		}
	}
}

// A type that is already known.
func BenchmarkKnownType(b *testing.B) {
	find := facts.Load()
	for b.Loop() {
		if find("registry.terraform.io/hashicorp/aws", "6.58.0", "aws_db_instance") == nil {
			b.Fatal("not found")
		}
	}
}

// All types of the largest provider.
func BenchmarkEveryType(b *testing.B) {
	h := facts.Header{Provider: "hashicorp/aws", Version: "6.58.0"}
	names := facts.Types(h)
	for b.Loop() {
		find := facts.Load()
		for _, name := range names {
			if find(h.Provider, h.Version, name) == nil {
				b.Fatal(name)
			}
		}
	}
}

// One library serves many goroutines, and hands out one value per type.
func TestConcurrentLookups(t *testing.T) {
	find := facts.Load()
	got := make(chan *plan.TypeFacts)
	const n = 16
	for range n {
		go func() { got <- find("aws", "5.46.0", "aws_db_instance") }()
	}
	first := <-got
	for range n - 1 {
		if other := <-got; other != first {
			t.Error("two values for one type")
		}
	}
}
