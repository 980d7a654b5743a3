package hcl_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// program is a random configuration of terraform_data that can be edited and
// written out. Names are never reused for another kind of thing.
type program struct {
	rng       *rand.Rand
	vars      map[string]*genVar
	tfvars    map[string]string
	locals    map[string]string
	localSeq  []string
	resources []*genResource
	modules   map[string]*genModule // folders
	calls     []*genCall
	blocks    []string // moved, removed and import
	table     []genRow // the entries of a YAML file
	override  string   // an override file
	json      bool     // the locals are written as JSON
}

type genVar struct{ typ, value string }

type genResource struct {
	name            string
	count, each     string // expressions, empty for none
	input, triggers string
	lifecycle       []string
}

type genModule struct {
	data      bool
	calls     []*genCall
	vars      map[string]string // defaults, empty for none
	resources []*genResource
	outputs   map[string]string
	blocks    []string
}

type genCall struct {
	name, folder string
	count, each  string
	inputs       map[string]string
	dependsOn    string
}

func (p *program) pick(list ...string) string { return list[p.rng.IntN(len(list))] }
func (p *program) chance(percent int) bool    { return p.rng.IntN(100) < percent }

// generate makes a random program.
func generate(seed uint64) *program {
	p := &program{
		rng: rand.New(rand.NewPCG(seed, 7)), vars: map[string]*genVar{}, tfvars: map[string]string{},
		locals: map[string]string{}, modules: map[string]*genModule{},
	}
	p.vars["n"] = &genVar{"number", p.pick("0", "1", "2", "3")}
	p.vars["on"] = &genVar{"bool", p.pick("true", "false")}
	p.vars["s"] = &genVar{p.pick("string", "any"), p.pick(`"x"`, `"y"`, `"1"`)}
	p.vars["l"] = &genVar{p.pick("list(string)", "any", "set(string)"), p.strings(3)}
	p.vars["m"] = &genVar{p.pick("map(string)", "any", "map(any)"), p.object()}
	if p.chance(40) {
		p.tfvars["n"] = p.pick("1", "2")
	}
	if p.chance(30) {
		p.tfvars["l"] = p.strings(2)
	}
	p.extras()
	for i := range 1 + p.rng.IntN(3) {
		name := fmt.Sprintf("c%d", i)
		p.locals[name] = p.scalar(nil, false)
		p.localSeq = append(p.localSeq, name)
	}
	p.resources = append(p.resources, p.resource("r0", nil, true))
	if p.chance(65) {
		p.modules["m"], p.modules["o"] = p.module(), p.module()
		p.nest()
		for i := range 1 + p.rng.IntN(2) {
			p.calls = append(p.calls, p.call(fmt.Sprintf("k%d", i), p.pick("m", "m", "o")))
		}
	}
	for i := range 1 + p.rng.IntN(4) {
		p.resources = append(p.resources, p.resource(fmt.Sprintf("r%d", i+1), p.resources, true))
	}
	return p
}

// stateFile is what the data sources of generated modules read.
const stateFile = `{"version":4,"terraform_version":"1.11.4","serial":1,"lineage":"z","outputs":{"o":{"value":"v1","type":"string"}},"resources":[]}` + "\n"

// callRefs are expressions over a module call, fitting how it repeats.
func callRefs(c *genCall) []string {
	a := "module." + c.name
	switch {
	case c.count != "":
		return []string{a + "[*].o", "try(" + a + `[0].o, "none")`, "length(" + a + ")",
			"one(slice(" + a + "[*].k, 0, min(1, length(" + a + "))))"}
	case c.each != "":
		return []string{"{ for k, v in " + a + " : k => v.o }", "keys(" + a + ")", `try(` + a + `["a"].o, 0)`}
	}
	return []string{a + ".o", a + ".k", a, "[" + a + ".o, 1]", "try(" + a + ".gone, " + a + ".k)"}
}

func (p *program) strings(n int) string {
	words := []string{`"a"`, `"b"`, `"c"`, `"d"`}
	p.rng.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
	return "[" + strings.Join(words[:1+p.rng.IntN(n)], ",") + "]"
}

func (p *program) object() string {
	keys := []string{"a", "b", "c"}
	p.rng.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	var parts []string
	for _, k := range keys[:1+p.rng.IntN(3)] {
		parts = append(parts, k+"="+p.pick(`"1"`, `"2"`, `"x"`))
	}
	slices.Sort(parts)
	return "{" + strings.Join(parts, ",") + "}"
}

// scalar is an expression over variables, locals and earlier resources.
func (p *program) scalar(earlier []*genResource, withLocals bool) string {
	options := []string{
		"var.s", "var.n", `"lit"`, "7", `"${var.s}-z"`, `var.on ? "yes" : "no"`, "length(var.l)", `lookup(var.m, "a", "none")`,
		`join(",", [for x in var.l : upper(x)])`, `try(var.m.b, "gone")`, `jsonencode(var.m)`, `format("%s:%d", var.s, var.n)`,
		"sort(tolist(var.l))[0]", "keys(var.m)", "var.l", "{ for k, v in var.m : k => v }", "[var.n, var.s]", "tolist([var.s])",
		`coalesce("", var.s)`, `contains(var.l, "a")`, `merge(var.m, { z = "9" })`, `cidrsubnet("10.0.0.0/8", 8, var.n)`,
		`element(tolist(var.l), var.n)`,
	}
	if withLocals {
		for _, name := range p.localSeq {
			options = append(options, "local."+name, "local."+name)
		}
	}
	for _, r := range earlier {
		options = append(options, p.refs(r)...)
		options = append(options, p.refs(r)...)
		options = append(options, wrapped(p.pick(p.refs(r)...))...)
	}
	if withLocals {
		options = append(options, p.rooted()...)
	}
	if withLocals && len(earlier) > 0 {
		for _, c := range p.calls {
			options = append(options, callRefs(c)...)
			options = append(options, callRefs(c)...)
		}
	}
	return p.pick(options...)
}

// refs are expressions over a resource, fitting how it repeats.
func (p *program) refs(r *genResource) []string {
	a := "terraform_data." + r.name
	switch {
	case r.count != "":
		return []string{a + "[*].id", "length(" + a + ")", `join("-", ` + a + `[*].id)`, "try(" + a + "[0].output, null)",
			"one(slice(" + a + "[*].input, 0, min(1, length(" + a + "))))", "[for x in " + a + " : x.triggers_replace]"}
	case r.each != "":
		return []string{"{ for k, v in " + a + " : k => v.id }", "keys(" + a + ")", `try(` + a + `["a"].id, "none")`,
			"values(" + a + ")[*].input", `lookup({ for k, v in ` + a + ` : k => v.output }, "b", 0)`}
	}
	return []string{a + ".id", a + ".output", a + ".input", `"${` + a + `.id}!"`, a + ".triggers_replace", "[" + a + `.id, "k"]`,
		"{ i = " + a + ".input, o = " + a + ".output }", "length([" + a + ".id])", `{ k = "const", id = ` + a + `.id }.k`}
}

func (p *program) resource(name string, earlier []*genResource, locals bool) *genResource {
	r := &genResource{name: name}
	p.repeat(r)
	if p.chance(60) {
		r.input = p.argument(r, earlier, locals)
	}
	if p.chance(60) {
		r.triggers = p.argument(r, earlier, locals)
	}
	if p.chance(12) {
		r.lifecycle = append(r.lifecycle, "ignore_changes = ["+p.pick("input", "triggers_replace")+"]")
	}
	if p.chance(6) {
		r.lifecycle = append(r.lifecycle, p.pick("create_before_destroy = true", "prevent_destroy = true"))
	}
	if p.chance(6) {
		r.lifecycle = append(r.lifecycle, "precondition {\n      condition     = "+p.pick("var.n < 3", "length(var.l) > 0",
			"var.on || var.n > 0")+"\n      error_message = \"no\"\n    }")
	}
	if len(earlier) > 0 && p.chance(20) {
		e := earlier[p.rng.IntN(len(earlier))]
		target := "terraform_data." + e.name
		if e.count == "" && e.each == "" && p.chance(50) {
			target += p.pick(".input", ".output", ".id")
		}
		r.lifecycle = append(r.lifecycle, "replace_triggered_by = ["+target+"]")
	}
	return r
}

func (p *program) repeat(r *genResource) {
	r.count, r.each = "", ""
	switch p.rng.IntN(5) {
	case 0, 1:
		r.count = p.pick("var.n", "var.on ? 1 : 0", "2", "length(var.l)", "1", "min(var.n, 2)")
	case 2:
		r.each = p.pick("toset(var.l)", "var.m", `{ a = 1, b = 2 }`, `toset([for x in var.l : x if x != "a"])`,
			`{ for i, x in sort(tolist(var.l)) : x => i }`, `{ for k, v in var.m : upper(k) => v }`)
	}
}

func (p *program) argument(r *genResource, earlier []*genResource, locals bool) string {
	switch {
	case r.count != "" && p.chance(50):
		return p.pick("count.index", `"i${count.index}"`, "element(sort(tolist(var.l)), count.index)", `try(tolist(var.l)[count.index], "end")`)
	case r.each != "" && p.chance(50):
		return p.pick("each.key", "each.value", `"${each.key}-${var.s}"`, "[each.key, var.n]")
	}
	return p.scalar(earlier, locals)
}

func (p *program) module() *genModule {
	m := &genModule{vars: map[string]string{"n": "1", "on": "true", "s": `"ms"`, "l": `["a","b"]`, "m": `{a="1"}`},
		outputs: map[string]string{}}
	for i := range 1 + p.rng.IntN(3) {
		m.resources = append(m.resources, p.resource(fmt.Sprintf("x%d", i), m.resources, false))
	}
	if p.chance(30) {
		m.data = true
		m.resources = append(m.resources, &genResource{name: "fed", triggers: "data.terraform_remote_state.d.outputs.o",
			input: p.scalar(m.resources, false)})
	}
	m.outputs["o"] = p.scalar(m.resources, false)
	m.outputs["k"] = `"const"`
	return m
}

func (p *program) call(name, folder string) *genCall {
	c := &genCall{name: name, folder: folder, inputs: map[string]string{}}
	switch p.rng.IntN(6) {
	case 0:
		c.count = p.pick("var.n", "1", "2", "var.on ? 1 : 0")
	case 1:
		c.each = p.pick("toset(var.l)", "var.m", `toset(["a","b"])`)
	}
	for _, v := range []string{"n", "on", "s", "l", "m"} {
		if p.chance(40) {
			c.inputs[v] = "var." + v
		}
	}
	if r := p.resources[0]; p.chance(30) {
		c.inputs["s"] = p.pick(p.refs(r)...)
	}
	if p.chance(25) {
		c.dependsOn = "terraform_data.r0"
	}
	if c.count != "" && p.chance(50) {
		c.inputs["s"] = `"c${count.index}"`
	}
	if c.each != "" && p.chance(50) {
		c.inputs["s"] = "each.key"
	}
	return c
}

// files writes the program out.
func (p *program) files() map[string]string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(p.vars)) {
		fmt.Fprintf(&b, "variable %q {\n  type    = %s\n  default = %s\n}\n", name, p.vars[name].typ, p.vars[name].value)
	}
	files := map[string]string{"other.tfstate": stateFile}
	p.writeLocals(&b, files)
	writeCalls(&b, "./", p.calls)
	writeResources(&b, p.resources)
	b.WriteString(strings.Join(p.blocks, ""))
	files["main.tf"] = b.String()
	for folder, m := range p.modules {
		var b strings.Builder
		for _, name := range slices.Sorted(maps.Keys(m.vars)) {
			fmt.Fprintf(&b, "variable %q {\n  default = %s\n}\n", name, m.vars[name])
		}
		if m.data {
			b.WriteString("data \"terraform_remote_state\" \"d\" {\n  backend = \"local\"\n  config  = { path = \"other.tfstate\" }\n}\n")
		}
		writeCalls(&b, "../", m.calls)
		writeResources(&b, m.resources)
		for _, name := range slices.Sorted(maps.Keys(m.outputs)) {
			fmt.Fprintf(&b, "output %q {\n  value = %s\n}\n", name, m.outputs[name])
		}
		b.WriteString(strings.Join(m.blocks, ""))
		files[folder+"/main.tf"] = b.String()
	}
	if len(p.tfvars) > 0 {
		var b strings.Builder
		for _, name := range slices.Sorted(maps.Keys(p.tfvars)) {
			fmt.Fprintf(&b, "%s = %s\n", name, p.tfvars[name])
		}
		files["terraform.tfvars"] = b.String()
	}
	return files
}

func writeCalls(b *strings.Builder, up string, calls []*genCall) {
	for _, c := range calls {
		fmt.Fprintf(b, "module %q {\n  source = %q\n", c.name, up+c.folder)
		writeRepeat(b, c.count, c.each)
		for _, in := range slices.Sorted(maps.Keys(c.inputs)) {
			fmt.Fprintf(b, "  %s = %s\n", in, c.inputs[in])
		}
		if c.dependsOn != "" {
			fmt.Fprintf(b, "  depends_on = [%s]\n", c.dependsOn)
		}
		b.WriteString("}\n")
	}
}

func writeRepeat(b *strings.Builder, count, each string) {
	if count != "" {
		fmt.Fprintf(b, "  count = %s\n", count)
	}
	if each != "" {
		fmt.Fprintf(b, "  for_each = %s\n", each)
	}
}

func writeResources(b *strings.Builder, list []*genResource) {
	for _, r := range list {
		fmt.Fprintf(b, "resource \"terraform_data\" %q {\n", r.name)
		writeRepeat(b, r.count, r.each)
		if r.input != "" {
			fmt.Fprintf(b, "  input = %s\n", r.input)
		}
		if r.triggers != "" {
			fmt.Fprintf(b, "  triggers_replace = %s\n", r.triggers)
		}
		if len(r.lifecycle) > 0 {
			fmt.Fprintf(b, "  lifecycle {\n    %s\n  }\n", strings.Join(r.lifecycle, "\n    "))
		}
		b.WriteString("}\n")
	}
}

// clone copies the program; its randomness goes on.
func (p *program) clone() *program {
	q := *p
	q.vars, q.tfvars, q.locals = map[string]*genVar{}, maps.Clone(p.tfvars), maps.Clone(p.locals)
	for k, v := range p.vars {
		copied := *v
		q.vars[k] = &copied
	}
	q.localSeq, q.blocks, q.table = slices.Clone(p.localSeq), slices.Clone(p.blocks), slices.Clone(p.table)
	q.resources = cloneResources(p.resources)
	q.modules = map[string]*genModule{}
	for k, m := range p.modules {
		copied := *m
		copied.vars, copied.outputs, copied.blocks = maps.Clone(m.vars), maps.Clone(m.outputs), slices.Clone(m.blocks)
		copied.resources, copied.calls = cloneResources(m.resources), cloneCalls(m.calls)
		q.modules[k] = &copied
	}
	q.calls = cloneCalls(p.calls)
	return &q
}

func cloneCalls(list []*genCall) []*genCall {
	var out []*genCall
	for _, c := range list {
		copied := *c
		copied.inputs = maps.Clone(c.inputs)
		out = append(out, &copied)
	}
	return out
}

func cloneResources(list []*genResource) []*genResource {
	var out []*genResource
	for _, r := range list {
		copied := *r
		copied.lifecycle = slices.Clone(r.lifecycle)
		out = append(out, &copied)
	}
	return out
}

// edit changes one to three things.
func (p *program) edit() *program {
	q := p.clone()
	for range 1 + q.rng.IntN(3) {
		q.change()
	}
	return q
}

func (p *program) change() {
	switch p.rng.IntN(26) {
	case 19, 20, 21, 22, 23, 24, 25:
		p.changeExtras()
	case 0:
		p.vars["n"].value = p.pick("0", "1", "2", "3")
	case 1:
		p.vars["on"].value = p.pick("true", "false")
	case 2:
		p.vars["l"].value = p.strings(3)
	case 3:
		p.vars["m"].value = p.object()
	case 4:
		p.vars["s"].value = p.pick(`"x"`, `"w"`, `"1"`)
	case 5:
		if len(p.tfvars) > 0 && p.chance(50) {
			clear(p.tfvars)
		} else {
			p.tfvars["n"] = p.pick("0", "1", "2", "3")
		}
	case 6:
		name := p.localSeq[p.rng.IntN(len(p.localSeq))]
		p.locals[name] = p.scalar(nil, false)
	case 7, 8:
		list, blocks := p.place()
		if i := p.rng.IntN(max(1, len(*list))); i < len(*list) {
			p.editResource((*list)[i], blocks)
		}
	case 9:
		list, blocks := p.place()
		p.rename(list, blocks)
	case 10:
		list, blocks := p.place()
		p.remove(list, blocks)
	case 11:
		p.renameCall()
	case 12:
		if len(p.calls) > 0 {
			c := p.calls[p.rng.IntN(len(p.calls))]
			c.inputs["s"] = p.pick(`"q"`, "var.s", `"p"`)
		}
	case 13:
		if len(p.calls) > 0 {
			c := p.calls[p.rng.IntN(len(p.calls))]
			fresh := p.call(c.name, c.folder)
			c.count, c.each, c.inputs = fresh.count, fresh.each, fresh.inputs
		}
	case 14:
		p.resources = append(p.resources, p.resource(fmt.Sprintf("new%d", p.rng.IntN(1000)), p.resources, true))
	case 16:
		p.rekeyCall()
	case 17:
		if len(p.calls) > 0 {
			c := p.calls[p.rng.IntN(len(p.calls))]
			c.folder = p.pick("m", "o")
		}
	case 18:
		if len(p.calls) > 0 {
			c := p.calls[p.rng.IntN(len(p.calls))]
			if c.dependsOn = p.pick("", "terraform_data.r0"); p.resources[0].name != "r0" {
				c.dependsOn = ""
			}
		}
	case 15:
		p.vars["l"].typ = p.pick("list(string)", "any", "set(string)")
	}
}

// place is the root's resources or a module's.
func (p *program) place() (*[]*genResource, *[]string) {
	if m := p.modules["m"]; m != nil && p.chance(40) {
		return &m.resources, &m.blocks
	}
	return &p.resources, &p.blocks
}

func (p *program) editResource(r *genResource, blocks *[]string) {
	old := *r
	switch p.rng.IntN(5) {
	case 0:
		r.input = p.argument(r, nil, false)
	case 1:
		r.triggers = p.argument(r, nil, false)
	case 2:
		// What ignore_changes hid is not to be told from the trees, so that it stays.
		r.lifecycle = slices.DeleteFunc(r.lifecycle, func(s string) bool { return !strings.HasPrefix(s, "ignore_changes") })
		if p.chance(40) && len(r.lifecycle) == 0 {
			r.lifecycle = []string{p.pick("ignore_changes = all", "create_before_destroy = true", "ignore_changes = [input]",
				"prevent_destroy = true")}
		}
	default:
		p.repeat(r)
		r.input, r.triggers = p.argument(r, nil, false), ""
		if p.chance(50) {
			p.rekey(&old, r, blocks)
		}
	}
}

// rekey adds moved blocks between keys.
func (p *program) rekey(old, now *genResource, blocks *[]string) {
	from, to := p.someKey(old), p.someKey(now)
	if from == to {
		return
	}
	*blocks = append(*blocks, fmt.Sprintf("moved {\n  from = terraform_data.%s%s\n  to   = terraform_data.%s%s\n}\n", old.name, from, now.name,
		to))
}

func (p *program) someKey(r *genResource) string {
	switch {
	case r.count != "":
		return p.pick("[0]", "[1]")
	case r.each != "":
		return p.pick(`["a"]`, `["b"]`)
	}
	return ""
}

func (p *program) rename(list *[]*genResource, blocks *[]string) {
	if len(*list) == 0 {
		return
	}
	i := p.rng.IntN(len(*list))
	r := (*list)[i]
	from, to := r.name, fmt.Sprintf("%sz%d", r.name, p.rng.IntN(100))
	r.name = to
	p.replaceText(list, "terraform_data."+from, "terraform_data."+to)
	if p.chance(70) {
		*blocks = append(*blocks, fmt.Sprintf("moved {\n  from = terraform_data.%s\n  to   = terraform_data.%s\n}\n", from, to))
	}
}

func (p *program) remove(list *[]*genResource, blocks *[]string) {
	if len(*list) < 2 {
		return
	}
	i := p.rng.IntN(len(*list))
	name := (*list)[i].name
	*list = slices.Delete(*list, i, i+1)
	for _, r := range *list {
		for _, field := range []*string{&r.input, &r.triggers, &r.count, &r.each} {
			if strings.Contains(*field, "terraform_data."+name) {
				*field = `"cut"`
				if field == &r.count {
					*field = "1"
				}
			}
		}
		r.lifecycle = slices.DeleteFunc(r.lifecycle, func(s string) bool { return strings.Contains(s, "terraform_data."+name) })
	}
	if m := p.modules["m"]; m != nil && list == &m.resources {
		for k, v := range m.outputs {
			if strings.Contains(v, "terraform_data."+name) {
				m.outputs[k] = `"cut"`
			}
		}
	}
	if p.chance(30) {
		*blocks = append(*blocks, fmt.Sprintf("removed {\n  from = terraform_data.%s\n  lifecycle {\n    destroy = %s\n  }\n}\n", name,
			p.pick("true", "false")))
	}
}

func (p *program) replaceText(list *[]*genResource, from, to string) {
	swap := func(s string) string {
		s = strings.ReplaceAll(s+" ", from+".", to+".")
		for _, end := range []string{"[", " ", ")", ",", "]"} {
			s = strings.ReplaceAll(s, from+end, to+end)
		}
		return strings.TrimSuffix(s, " ")
	}
	for _, r := range *list {
		r.input, r.triggers, r.count, r.each = swap(r.input), swap(r.triggers), swap(r.count), swap(r.each)
		for i := range r.lifecycle {
			r.lifecycle[i] = swap(r.lifecycle[i])
		}
	}
	if m := p.modules["m"]; m != nil && list == &m.resources {
		for k, v := range m.outputs {
			m.outputs[k] = swap(v)
		}
	}
}

// rekeyCall gives a call another repetition, and perhaps the move for it.
func (p *program) rekeyCall() {
	if len(p.calls) == 0 {
		return
	}
	c := p.calls[p.rng.IntN(len(p.calls))]
	key := func() string {
		switch {
		case c.count != "":
			return p.pick("[0]", "[1]")
		case c.each != "":
			return p.pick(`["a"]`, `["b"]`)
		}
		return ""
	}
	from := key()
	fresh := p.call(c.name, c.folder)
	c.count, c.each = fresh.count, fresh.each
	delete(c.inputs, "s")
	if to := key(); to != from && p.chance(70) {
		p.blocks = append(p.blocks, fmt.Sprintf("moved {\n  from = module.%s%s\n  to   = module.%s%s\n}\n", c.name, from, c.name, to))
	}
}

func (p *program) renameCall() {
	if len(p.calls) == 0 {
		return
	}
	c := p.calls[p.rng.IntN(len(p.calls))]
	from := c.name
	c.name = fmt.Sprintf("%sz%d", c.name, p.rng.IntN(100))
	if p.chance(70) {
		p.blocks = append(p.blocks, fmt.Sprintf("moved {\n  from = module.%s\n  to   = module.%s\n}\n", from, c.name))
	}
}
