package hcl_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// genRow is an entry of a table that a program reads from a YAML file.
type genRow struct {
	key  string
	size int
	on   bool
}

// extras are what random programs have beyond plain values: an object variable
// with optional attributes, a variable that may be null, a table in a file.
func (p *program) extras() {
	p.vars["o"] = &genVar{p.pick(
		`object({ a = optional(string, "da"), n = optional(number, 1), t = optional(object({ x = optional(bool, true), l = optional(list(string), ["q"]) }), {}) })`,
		`object({ a = optional(string), n = optional(number, 2), t = optional(map(string), { x = "1" }) })`,
		"any",
	), p.objectValue()}
	p.vars["z"] = &genVar{p.pick("string", "any", "list(string)"), "null"}
	for i := range 1 + p.rng.IntN(3) {
		p.table = append(p.table, genRow{fmt.Sprintf("k%d", i), p.rng.IntN(3), p.chance(70)})
	}
	p.json = p.chance(25)
}

func (p *program) objectValue() string {
	return p.pick(`{ a = "x", n = 2, t = {} }`, `{ a = null, n = 1 }`, `{ n = 0, t = { x = "true" } }`, `{ a = "da", n = 1, t = null }`)
}

// rooted are expressions that only the root has the names for.
func (p *program) rooted() []string {
	return []string{
		"var.o", "try(var.o.a, 1)", "try(var.o.t, null)", "var.z", `coalesce(try(tostring(var.z), null), "none")`, "var.z == null ? 1 : 2",
		"length(var.z[*])",
		"local.table", "{ for k, v in local.table : k => v.size if v.on }", "[for k, v in local.table : k]",
		`templatefile("t.tpl", { rows = local.table, s = var.s })`,
		"length(local.table)", "sum([for v in values(local.table) : v.size])", `fileexists("t.tpl") ? filemd5("t.tpl") : ""`,
		"can(var.o.gone) ? 1 : 0",
		"merge([for k, v in local.table : { (k) = v.size }]...)", "flatten([for k, v in local.table : [for i in range(v.size) : \"${k}-${i}\"]])",
		"terraform.workspace", "setproduct(keys(local.table), tolist(var.l))", "zipmap(keys(local.table), values(local.table)[*].on)",
	}
}

// wrapped puts an expression that may be known only after apply into others.
func wrapped(e string) []string {
	return []string{
		fmt.Sprintf(`try({ a = %s, b = "k" }, {}).b`, e), fmt.Sprintf("can(%s)", e), fmt.Sprintf(`[for i in [%s, "c"] : i][1]`, e),
		fmt.Sprintf(`{ for k, v in { a = %s, b = "c" } : k => v }["b"]`, e), fmt.Sprintf(`length([%s, 1])`,
			e), fmt.Sprintf(`concat([%s], ["t"])[1]`, e),
		fmt.Sprintf(`merge({ a = %s }, { b = 1 })`, e), fmt.Sprintf(`%s == null ? "null" : "set"`, e), fmt.Sprintf("jsonencode({ v = %s })", e),
		fmt.Sprintf(`tolist([try(tostring(%s), "n"), "z"])[1]`, e), fmt.Sprintf("keys({ x = %s })",
			e), fmt.Sprintf(`lookup({ a = %s, b = "l" }, "b", null)`, e),
	}
}

// nest gives the modules a module of their own.
func (p *program) nest() {
	if !p.chance(50) {
		return
	}
	p.modules["n"] = p.module()
	for _, m := range []*genModule{p.modules["m"], p.modules["o"]} {
		if p.chance(60) {
			c := &genCall{name: "deep", folder: "n", inputs: map[string]string{"s": p.pick("var.s", `"in"`)}}
			switch p.rng.IntN(4) {
			case 0:
				c.count = p.pick("var.n", "1", "var.on ? 1 : 0")
			case 1:
				c.each = p.pick("toset(var.l)", "var.m", `toset(["a", "b"])`)
				c.inputs["s"] = "each.key"
			}
			m.calls = append(m.calls, c)
			m.outputs["o"] = p.pick(append(callRefs(c), m.outputs["o"])...)
		}
	}
}

func (p *program) writeLocals(b *strings.Builder, files map[string]string) {
	locals := map[string]string{"table": `yamldecode(file("${path.module}/table.yaml"))`}
	for _, name := range p.localSeq {
		locals[name] = p.locals[name]
	}
	if p.json {
		quoted := map[string]string{}
		for name, e := range locals {
			quoted[name] = "${" + e + "}"
		}
		text, err := json.MarshalIndent(map[string]any{"locals": quoted}, "", "  ")
		if err != nil {
			panic(err)
		}
		files["locals.tf.json"] = string(text) + "\n"
	} else {
		b.WriteString("locals {\n  table = " + locals["table"] + "\n")
		for _, name := range p.localSeq {
			fmt.Fprintf(b, "  %s = %s\n", name, locals[name])
		}
		b.WriteString("}\n")
	}
	var y strings.Builder
	for _, row := range p.table {
		fmt.Fprintf(&y, "%s: {size: %d, on: %t}\n", row.key, row.size, row.on)
	}
	if len(p.table) == 0 {
		y.WriteString("{}\n")
	}
	files["table.yaml"] = y.String()
	files["t.tpl"] = "%{ for k, r in rows ~}\n${k}:${r.size}\n%{ endfor ~}\n${s}\n"
	if p.override != "" {
		files["x_override.tf"] = p.override
	}
}

// changeExtras changes what generate_test's change does not.
func (p *program) changeExtras() {
	switch p.rng.IntN(12) {
	case 0:
		p.vars["o"].value = p.objectValue()
	case 1:
		p.vars["z"].value = p.pick("null", `"zz"`, `["zz"]`)
	case 2, 3:
		p.changeTable()
	case 4:
		p.json = !p.json
	case 5:
		p.moveAcross()
	case 6:
		if m := p.modules["n"]; m != nil && len(m.resources) > 1 {
			p.remove(&m.resources, &m.blocks)
		}
	case 7:
		p.removeCall()
	case 8:
		r := p.resources[p.rng.IntN(len(p.resources))]
		body := p.pick("triggers_replace = 1", "input = 2", "count = 1", `for_each = { a = 1 }`)
		if r.count != "" && strings.HasPrefix(body, "for_each") || r.each != "" && strings.HasPrefix(body, "count") {
			return
		}
		p.override = fmt.Sprintf("resource \"terraform_data\" %q {\n  %s\n}\n", r.name, body)
	case 9:
		p.blocks = append(p.blocks, "variable \"checked\" {\n  default = "+p.pick("1",
			"5")+"\n  validation {\n    condition     = var.checked < 3\n    error_message = \"big\"\n  }\n}\n")
	case 10:
		if m := p.modules[p.pick("m", "o")]; m != nil && len(m.calls) > 0 {
			c := m.calls[0]
			from := c.name
			c.name = fmt.Sprintf("deep%d", p.rng.IntN(100))
			for k, v := range m.outputs {
				m.outputs[k] = strings.ReplaceAll(v, "module."+from, "module."+c.name)
			}
			if p.chance(60) {
				m.blocks = append(m.blocks, fmt.Sprintf("moved {\n  from = module.%s\n  to   = module.%s\n}\n", from, c.name))
			}
		}
	case 11:
		if m := p.modules["n"]; m != nil {
			p.editResource(m.resources[0], &m.blocks)
		}
	}
}

func (p *program) changeTable() {
	i := 0
	if len(p.table) > 0 {
		i = p.rng.IntN(len(p.table))
	}
	switch p.rng.IntN(5) {
	case 0:
		p.table = append(p.table, genRow{p.pick("a0", "k9"), 1, true})
		slices.SortFunc(p.table, func(a, b genRow) int { return strings.Compare(a.key, b.key) })
		p.table = slices.CompactFunc(p.table, func(a, b genRow) bool { return a.key == b.key })
	case 1:
		if len(p.table) > 0 {
			p.table = slices.Delete(p.table, i, i+1)
		}
	case 2:
		if len(p.table) > 0 {
			p.table[i].size = p.rng.IntN(3)
		}
	case 3:
		if len(p.table) > 0 {
			p.table[i].on = !p.table[i].on
		}
	case 4:
		slices.Reverse(p.table)
	}
}

// moveAcross moves a resource between the root and a module.
func (p *program) moveAcross() {
	if len(p.calls) == 0 || len(p.resources) < 2 {
		return
	}
	c := p.calls[p.rng.IntN(len(p.calls))]
	m := p.modules[c.folder]
	key := ""
	switch {
	case c.count != "":
		key = p.pick("[0]", "[1]")
	case c.each != "":
		key = p.pick(`["a"]`, `["b"]`)
	}
	if p.chance(50) {
		r := *p.resources[len(p.resources)-1]
		if strings.Contains(r.input+r.triggers+strings.Join(r.lifecycle, ""), "terraform_data.") {
			r.input, r.triggers, r.lifecycle = "", `"moved"`, nil
		}
		if strings.Contains(r.input+r.triggers, "local.") || strings.Contains(r.input+r.triggers, "module.") {
			r.input, r.triggers = "", ""
		}
		from := r.name
		p.resources = p.resources[:len(p.resources)-1]
		r.name += "in"
		m.resources = append(m.resources, &r)
		p.blocks = append(p.blocks, fmt.Sprintf("moved {\n  from = terraform_data.%s\n  to   = module.%s%s.terraform_data.%s\n}\n", from, c.name,
			key, r.name))
		return
	}
	last := m.resources[len(m.resources)-1]
	if len(m.resources) < 2 || last.name == "fed" || strings.Contains(m.outputs["o"], last.name) {
		return
	}
	r := *last
	m.resources = m.resources[:len(m.resources)-1]
	from := r.name
	r.name, r.input, r.triggers, r.lifecycle = r.name+"out"+c.name, "", `"out"`, nil
	p.resources = append(p.resources, &r)
	p.blocks = append(p.blocks, fmt.Sprintf("moved {\n  from = module.%s%s.terraform_data.%s\n  to   = terraform_data.%s\n}\n", c.name, key,
		from, r.name))
}

// removeCall takes a module call away, perhaps with a removed block for it.
func (p *program) removeCall() {
	if len(p.calls) == 0 {
		return
	}
	i := p.rng.IntN(len(p.calls))
	name := p.calls[i].name
	for _, r := range p.resources {
		if strings.Contains(r.input+r.triggers+r.count+r.each, "module."+name) {
			return
		}
	}
	p.calls = slices.Delete(p.calls, i, i+1)
	if p.chance(50) {
		p.blocks = append(p.blocks, fmt.Sprintf("removed {\n  from = module.%s\n  lifecycle {\n    destroy = %s\n  }\n}\n", name,
			p.pick("true", "false")))
	}
}
