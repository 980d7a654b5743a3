package value_test

import (
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

var (
	text    = cty.StringVal("a")
	opaque  = value.NewOpaque("data.x.a", cty.String)
	other   = value.NewOpaque("data.y.a", cty.String)
	pending = value.NewPending(cty.String)
	both    = cty.UnknownVal(cty.String).WithMarks(opaque.Marks(), other.Marks())
	mixed   = cty.UnknownVal(cty.String).WithMarks(opaque.Marks(), pending.Marks())
)

func object(attrs ...any) cty.Value {
	vals := map[string]cty.Value{}
	for i := 0; i < len(attrs); i += 2 {
		vals[attrs[i].(string)] = attrs[i+1].(cty.Value)
	}
	return cty.ObjectVal(vals)
}

func TestKnow(t *testing.T) {
	for name, c := range map[string]struct {
		v       cty.Value
		want    value.Knowledge
		symbols string
	}{
		"known":                       {text, value.IsKnown, ""},
		"null":                        {cty.NullVal(cty.String), value.IsKnown, ""},
		"opaque":                      {opaque, value.IsOpaque, "data.x.a"},
		"opaque by two":               {both, value.IsOpaque, "data.x.a\x00data.y.a"},
		"pending":                     {pending, value.IsPending, ""},
		"opaque and pending":          {mixed, value.IsPending, ""},
		"unknown without marks":       {cty.UnknownVal(cty.String), value.IsPending, ""},
		"unknown with a mark besides": {cty.UnknownVal(cty.String).Mark(value.Sensitive), value.IsPending, ""},
		"known with something opaque": {object("a", opaque), value.IsKnown, ""},
	} {
		k, symbols := value.Know(c.v)
		if k != c.want || symbols != c.symbols || value.SymbolOf(c.v) != c.symbols || value.KnownAfterApply(c.v) != (c.want == value.IsPending) {
			t.Errorf("Know of %s is %d %q, want %d %q", name, k, symbols, c.want, c.symbols)
		}
	}
}

func TestKnowWithin(t *testing.T) {
	for name, c := range map[string]struct {
		v       cty.Value
		want    value.Knowledge
		symbols string
	}{
		"scalar":               {text, value.IsKnown, ""},
		"empty":                {cty.EmptyObjectVal, value.IsKnown, ""},
		"known object":         {object("a", text), value.IsKnown, ""},
		"opaque inside":        {object("a", text, "b", cty.TupleVal([]cty.Value{opaque})), value.IsOpaque, "data.x.a"},
		"two inside":           {object("a", opaque, "b", other), value.IsOpaque, "data.x.a\x00data.y.a"},
		"one twice":            {object("a", opaque, "b", opaque), value.IsOpaque, "data.x.a"},
		"pending inside":       {object("a", opaque, "b", pending), value.IsPending, "data.x.a"},
		"set of opaque":        {cty.SetVal([]cty.Value{opaque, text}), value.IsOpaque, "data.x.a"},
		"set of known":         {cty.SetVal([]cty.Value{text}), value.IsKnown, ""},
		"set of known, marked": {cty.SetVal([]cty.Value{text}).Mark(value.Sensitive), value.IsKnown, ""},
		"set of pending":       {cty.SetVal([]cty.Value{pending, text}), value.IsPending, ""},
	} {
		if k, symbols := value.KnowWithin(c.v); k != c.want || symbols != c.symbols {
			t.Errorf("KnowWithin of %s is %d %q, want %d %q", name, k, symbols, c.want, c.symbols)
		}
	}
}

func TestHoldsPending(t *testing.T) {
	for name, c := range map[string]struct {
		v    cty.Value
		want bool
	}{
		"known":               {text, false},
		"opaque":              {opaque, false},
		"pending":             {pending, true},
		"pending inside":      {object("a", cty.TupleVal([]cty.Value{pending})), true},
		"opaque inside":       {object("a", opaque), false},
		"open object":         {value.OpenObject(value.Open{ID: "x"}, nil), false},
		"open object, create": {value.OpenObject(value.Open{ID: "x", Pending: true}, nil), true},
	} {
		if got := value.HoldsPending(c.v); got != c.want {
			t.Errorf("HoldsPending of %s is %t", name, got)
		}
	}
}

// What every provider fills in is never null, also where nothing else is known.
func TestAttributes(t *testing.T) {
	for _, c := range []struct {
		v       cty.Value
		notNull bool
	}{
		{value.OpaqueAttribute("aws_s3_bucket.b", "id", cty.String), true},
		{value.OpaqueAttribute("aws_s3_bucket.b", "arn", cty.String), true},
		{value.OpaqueAttribute("aws_s3_bucket.b", "bucket", cty.String), false},
		{value.OpaqueAttribute("aws_s3_bucket.b", "id", cty.DynamicPseudoType), false},
		{value.PendingAttribute("self_link", cty.String), true},
		{value.PendingAttribute("name", cty.String), false},
	} {
		plain, _ := c.v.Unmark()
		if got := plain.Range().DefinitelyNotNull(); got != c.notNull {
			t.Errorf("%#v is known not to be null: %t, want %t", c.v, got, c.notNull)
		}
	}
	if got := value.SymbolOf(value.OpaqueAttribute("aws_s3_bucket.b", "id", cty.String)); got != "aws_s3_bucket.b.id" {
		t.Errorf("OpaqueAttribute is named %q", got)
	}
}

func TestLongNamesAreHashed(t *testing.T) {
	long := strings.Repeat("x", 161)
	name := value.SymbolOf(value.NewOpaque(long, cty.String))
	if len(name) > 40 || name == value.SymbolOf(value.NewOpaque(long+"y", cty.String)) {
		t.Errorf("NewOpaque of a long name is %q", name)
	}
	if got := value.SymbolOf(value.NewOpaque(long[:160], cty.String)); got != long[:160] {
		t.Errorf("NewOpaque of a short name is %q", got)
	}
}

func TestUnlisted(t *testing.T) {
	open := value.OpenObject(value.Open{ID: "data.x.a"}, map[string]cty.Value{"name": text})
	created := value.OpenObject(value.Open{ID: "x", Pending: true}, nil)
	for name, c := range map[string]struct {
		v, want cty.Value
		attr    string
		ok      bool
	}{
		"listed":      {open, cty.NilVal, "name", false},
		"closed":      {object("a", text), cty.NilVal, "b", false},
		"not listed":  {open, value.NewOpaque("data.x.a.b", cty.DynamicPseudoType), "b", true},
		"created":     {created, value.NewPending(cty.DynamicPseudoType), "b", true},
		"cut a limit": {open.Mark(value.Limited{}), value.NewOpaque("data.x.a.b", cty.DynamicPseudoType).Mark(value.Limited{}), "b", true},
	} {
		got, ok := value.Unlisted(c.v, c.attr)
		if ok != c.ok || ok && !got.RawEquals(c.want) {
			t.Errorf("Unlisted of %s is %#v %t, want %#v %t", name, got, ok, c.want, c.ok)
		}
	}
}

func TestLimits(t *testing.T) {
	limited := pending.Mark(value.Limited{})
	for name, c := range map[string]struct {
		v    cty.Value
		want bool
	}{
		"nothing": {cty.NilVal, false}, "known": {text, false}, "marked": {opaque, false},
		"itself": {limited, true}, "inside": {object("a", cty.TupleVal([]cty.Value{limited})), true},
	} {
		if got := value.IsLimited(c.v); got != c.want {
			t.Errorf("IsLimited of %s is %t", name, got)
		}
		if got := value.IsLimited(value.CarryLimit(opaque, text, c.v)); got != c.want {
			t.Errorf("CarryLimit from %s is %t", name, got)
		}
	}
}

func TestFingerprint(t *testing.T) {
	list := func(vals ...cty.Value) cty.Value { return cty.ListVal(vals) }
	tuple := func(vals ...cty.Value) cty.Value { return cty.TupleVal(vals) }
	one, two := cty.NumberIntVal(1), cty.NumberIntVal(2)
	for name, c := range map[string]struct {
		a, b cty.Value
		same bool
	}{
		"equal texts":                   {text, cty.StringVal("a"), true},
		"text and number":               {cty.StringVal("1"), one, false},
		"numbers":                       {one, two, false},
		"one symbol":                    {opaque, value.NewOpaque("data.x.a", cty.String), true},
		"two symbols":                   {opaque, other, false},
		"pending of one type":           {pending, value.NewPending(cty.String), true},
		"pending of two types":          {pending, value.NewPending(cty.Bool), false},
		"opaque and pending":            {opaque, pending, false},
		"null and the text null":        {cty.NullVal(cty.String), cty.StringVal("null"), false},
		"list and tuple":                {list(one), tuple(one), false},
		"order":                         {tuple(one, two), tuple(two, one), false},
		"where one text ends":           {tuple(cty.StringVal("a"), cty.StringVal("bc")), tuple(cty.StringVal("ab"), cty.StringVal("c")), false},
		"keys":                          {object("a", one), object("b", one), false},
		"order of keys":                 {object("a", one, "b", two), object("b", two, "a", one), true},
		"open and closed":               {value.OpenObject(value.Open{ID: "x"}, nil), cty.EmptyObjectVal, false},
		"two open objects":              {value.OpenObject(value.Open{ID: "x"}, nil), value.OpenObject(value.Open{ID: "y"}, nil), false},
		"secret or not":                 {text.Mark(value.Sensitive), text, true},
		"sets whose element is opaque":  {cty.SetVal([]cty.Value{opaque}), cty.SetVal([]cty.Value{other}), false},
		"nothing and a value":           {cty.NilVal, text, false},
		"true and false":                {cty.True, cty.False, false},
		"the symbols of a composed one": {both, mixed, false},
	} {
		if got := value.Fingerprint(c.a) == value.Fingerprint(c.b); got != c.same {
			t.Errorf("%s: Fingerprint is the same: %t, want %t", name, got, c.same)
		}
	}
}

func TestTokens(t *testing.T) {
	x := value.Token("x")
	for name, c := range map[string]struct {
		v    cty.Value
		want string
		ok   bool
	}{
		"known":       {text, "a", true},
		"number":      {cty.NumberFloatVal(1.5), "1.5", true},
		"bool":        {cty.True, "true", true},
		"null":        {cty.NullVal(cty.String), "", false},
		"pending":     {pending, "", false},
		"list":        {cty.ListVal([]cty.Value{text}), "", false},
		"opaque":      {opaque, value.Token("data.x.a"), true},
		"with a text": {opaque.Mark(value.Text{S: "a-" + x}), "a-" + x, true},
	} {
		if got, ok := value.TextOf(c.v); got != c.want || ok != c.ok {
			t.Errorf("TextOf of %s is %q %t, want %q %t", name, got, ok, c.want, c.ok)
		}
	}
	y := value.Token("y")
	if got := value.Tokens(y + "-" + x + "-" + y); len(got) != 2 {
		t.Errorf("Tokens are %q, want each of two once", got)
	}
	if value.HasToken("a-b") || !value.HasToken("a-"+x) || x == y {
		t.Error("HasToken does not tell a token from a text")
	}
}

func TestUnapplied(t *testing.T) {
	x := value.Token("x")
	sum := func(s string) string { return value.Applied("sha1", s) }
	for name, c := range map[string]struct {
		a, b, x, y string
		ok         bool
	}{
		"the same function":     {sum("a" + x), sum("b" + x), "a" + x, "b" + x, true},
		"another function":      {sum(x), value.Applied("md5", x), "", "", false},
		"one of them applied":   {sum(x), x, "", "", false},
		"nested":                {sum(sum(x)), sum(sum("a")), sum(x), sum("a"), true},
		"two, one behind other": {sum(x) + sum(x), sum(x), "", "", false},
		"plain texts":           {"a(b)", "a(c)", "", "", false},
	} {
		gotX, gotY, ok := value.Unapplied(c.a, c.b)
		if ok != c.ok || ok && (gotX != c.x || gotY != c.y) {
			t.Errorf("Unapplied of %s is %q %q %t", name, gotX, gotY, ok)
		}
	}
}

func TestWithTokens(t *testing.T) {
	token := cty.StringVal(value.Token("data.x.a"))
	for name, c := range map[string]struct {
		v, want cty.Value
		ok      bool
	}{
		"known":          {text, text, true},
		"opaque":         {opaque, token, true},
		"pending":        {pending, cty.NilVal, false},
		"in an object":   {object("a", opaque, "b", text), object("a", token, "b", text), true},
		"in a list":      {cty.ListVal([]cty.Value{opaque}), cty.TupleVal([]cty.Value{token}), true},
		"an open object": {value.OpenObject(value.Open{ID: "x"}, nil), cty.NilVal, false},
		"pending inside": {object("a", pending), cty.NilVal, false},
		"a secret":       {text.Mark(value.Sensitive), text, true},
		"an empty list":  {cty.ListValEmpty(cty.String), cty.EmptyTupleVal, true},
	} {
		if got, ok := value.WithTokens(c.v); ok != c.ok || ok && !got.RawEquals(c.want) {
			t.Errorf("WithTokens of %s is %#v %t, want %#v", name, got, ok, c.want)
		}
	}
}

func TestDerive(t *testing.T) {
	named := func() string { return "op" }
	writes := func(s string) func() (string, bool) { return func() (string, bool) { return s, true } }
	derived, part := value.NewOpaque("op", cty.String), value.NewOpaque("op.a", cty.String)
	union := cty.UnknownVal(cty.String).WithMarks(opaque.Marks(), other.Marks())
	for name, c := range map[string]struct {
		v      cty.Value
		origin value.Origin
		want   cty.Value
	}{
		"known":                         {text, value.Origin{}, text},
		"known, made of symbols":        {text.WithMarks(opaque.Marks()), value.Origin{}, text},
		"a secret stays one":            {text.Mark(value.Sensitive), value.Origin{}, text.Mark(value.Sensitive)},
		"made of two":                   {union, value.Origin{}, derived},
		"made of one":                   {opaque, value.Origin{}, derived},
		"handed on":                     {opaque, value.Origin{Passes: true}, opaque},
		"two handed on":                 {union, value.Origin{Passes: true}, derived},
		"pending":                       {mixed, value.Origin{}, pending},
		"pending, picked by a symbol":   {mixed, value.Origin{Picks: true}, derived.Mark(value.Decided{})},
		"decided by a symbol":           {opaque, value.Origin{Decides: true}, derived.Mark(value.Decided{})},
		"marks lost, found in operands": {cty.UnknownVal(cty.String), value.Origin{Inputs: []cty.Value{object("a", opaque)}}, derived},
		"marks lost, pending operand":   {cty.UnknownVal(cty.String), value.Origin{Inputs: []cty.Value{pending, opaque}}, pending},
		"with a text":                   {opaque, value.Origin{Text: writes("a-x")}, derived.Mark(value.Text{S: "a-x"})},
		"with a text too long":          {opaque, value.Origin{Text: writes(strings.Repeat("x", value.MaxText+1))}, derived},
		"a part of an object":           {object("a", opaque, "b", text), value.Origin{}, object("a", part, "b", text)},
		"a part handed on":              {object("a", opaque, "b", pending), value.Origin{Passes: true}, object("a", opaque, "b", pending)},
		"marks on the whole": {object("a", cty.UnknownVal(cty.String)).WithMarks(opaque.Marks()), value.Origin{},
			object("a", part)},
		"a set with something opaque": {cty.SetVal([]cty.Value{opaque}), value.Origin{},
			cty.UnknownVal(cty.Set(cty.String)).RefineNotNull().Mark(value.Symbol{ID: "op"})},
		"a set with something pending": {cty.SetVal([]cty.Value{pending}), value.Origin{},
			cty.SetVal([]cty.Value{cty.UnknownVal(cty.String)}).Mark(value.Pending{})},
	} {
		c.origin.Name = named
		if got := value.Derive(c.v, c.origin); !got.RawEquals(c.want) {
			t.Errorf("Derive of %s is\n%#v, want\n%#v", name, got, c.want)
		}
	}
}

func TestSizes(t *testing.T) {
	numbers := make([]cty.Value, 100)
	for i := range numbers {
		numbers[i] = cty.NumberIntVal(int64(i))
	}
	list, set := cty.ListVal(numbers), cty.SetVal(numbers)
	shared := text
	for range 40 {
		shared = cty.TupleVal([]cty.Value{shared, shared})
	}
	for name, c := range map[string]struct{ got, want int }{
		"Length of a list":         {value.Length(list), 100},
		"Length of a text":         {value.Length(text), 0},
		"Length of an unknown":     {value.Length(cty.UnknownVal(cty.List(cty.String))), 0},
		"Length of nothing":        {value.Length(cty.NilVal), 0},
		"Effort of a text":         {value.Effort(text), 1},
		"Effort of a list":         {value.Effort(list), 101},
		"Effort of a set":          {value.Effort(set), 1 + 100*value.SetUnits},
		"Weight of a list":         {value.Weight(list, 1000), 101},
		"Weight beyond the limit":  {value.Weight(list, 10), 11},
		"Weight of shared parts":   {value.Weight(shared, 1000), 1001},
		"Weight of nested objects": {value.Weight(object("a", object("b", text)), 10), 3},
	} {
		if c.got != c.want {
			t.Errorf("%s is %d, want %d", name, c.got, c.want)
		}
	}
}

func TestHasHugeNumber(t *testing.T) {
	huge := cty.MustParseNumberVal("1e9999")
	for name, c := range map[string]struct {
		v    cty.Value
		want bool
	}{
		"a number": {cty.NumberIntVal(1), false}, "a huge one": {huge, true}, "one inside": {object("a", huge), true},
		"a text that looks like one": {cty.StringVal("1e99999"), false}, "texts": {cty.ListVal([]cty.Value{cty.StringVal("1e99999")}), false},
		"unknown": {value.NewPending(cty.Number), false}, "booleans": {cty.ListVal([]cty.Value{cty.True}), false},
	} {
		if got := value.HasHugeNumber(c.v); got != c.want {
			t.Errorf("HasHugeNumber of %s is %t", name, got)
		}
	}
	for text, want := range map[string]bool{"1e99999": true, "1e9": false, "94e5916c": false} {
		if got := value.HasHugeText(object("a", cty.StringVal(text))); got != want {
			t.Errorf("HasHugeText of %s is %t", text, got)
		}
	}
}

func TestKeyText(t *testing.T) {
	for want, key := range map[string]cty.Value{
		"a": text, "0": cty.Zero, "1.5": cty.NumberFloatVal(1.5), "true": cty.True, "?": cty.UnknownVal(cty.String),
	} {
		if got := value.KeyText(key); got != want {
			t.Errorf("KeyText of %#v is %q, want %q", key, got, want)
		}
	}
}
