package hcl_test

import (
	"fmt"
	"strings"
)

// lines joins what line gives for 0 to n-1.
func lines(n int, line func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(line(i) + "\n")
	}
	return b.String()
}

// multiplied are after sides in which two things that are each within bounds
// multiply: resources and the instances they refer to, calls and what they are
// given, files and what they hold.
func multiplied() map[string]map[string]string {
	res := func(expr string) string {
		return "resource \"terraform_data\" \"a\" {\n  triggers_replace = " + expr + "\n}\n"
	}
	one := func(text string) map[string]string { return map[string]string{"main.tf": text} }
	big := "locals {\n  l = range(1000)\n  n = [for i in local.l : [i, i + 1]]\n  s = [for i in local.l : \"key-${i}\"]\n  m = { for i in local.l : \"key-${i}\" => i }\n  o = { for i in local.l : \"key-${i}\" => { a = i, b = \"x\" } }\n}\n"
	loop := func(expr string) map[string]string {
		return one(big + res("[for i in local.l : "+expr+"]"))
	}
	files := func(n int, name string, file func(i int) string) map[string]string {
		out := map[string]string{"main.tf": res("1")}
		for i := range n {
			out[fmt.Sprintf(name, i)] = file(i)
		}
		return out
	}
	data := func(name, body string) string {
		return fmt.Sprintf("resource \"terraform_data\" %q {\n%s}\n", name, body)
	}
	// The same text in every file, so that the test itself stays small.
	locals := strings.Repeat("locals {\n  x = \"${local.y}-1\"\n}\n", 60_000)
	values := "locals {\n  x = [" + strings.Repeat("1,", 1_000_000) + "]\n}\n"
	return map[string]map[string]string{
		"interpolations": one("locals {\n  x = \"y\"\n  t = <<-EOT\n" + strings.Repeat("${local.x}", 200_000) + "\n  EOT\n}\n" +
			res("local.t")),
		"flatten in a loop": loop("flatten(local.n)"),
		"merge in a loop":   loop("merge(local.m, { z = i })"),
		"keys in a loop":    loop("length(keys(local.m))"),
		"choice in a loop":  loop("length(i > 3 ? local.o : local.m)"),
		"splats in a loop":  loop("length(values(local.o)[*].a)"),
		"for in a loop":     loop("length({ for k, v in local.o : v.b => k... })"),
		"file in a loop":    {"main.tf": big + res(`[for i in local.l : length(file("b.txt"))]`), "b.txt": strings.Repeat("é", 1<<20)},
		"hashes in a loop": {"main.tf": big + res(`[for i in local.l : sha256(local.b)]`) + "locals {\n  b = file(\"b.txt\")\n}\n",
			"b.txt": strings.Repeat("e", 2<<20)},
		"gzip in a loop": {"main.tf": big + res(`[for i in local.l : base64gzip(local.b)]`) + "locals {\n  b = file(\"b.txt\")\n}\n",
			"b.txt": strings.Repeat("e f", 1<<19)},
		"files of 2 MB":   files(60, "f%d.tf", func(int) string { return locals }),
		"files of values": files(60, "f%d.tf", func(int) string { return values }),
		"moves out of one": one(data("b", "  count = 5000\n") + lines(5000, func(i int) string {
			return fmt.Sprintf("moved {\n  from = terraform_data.a[%d]\n  to = terraform_data.b[%d]\n}", i, i)
		})),
		"moves of modules": {"main.tf": "module \"m\" {\n  source = \"./m\"\n  count = 1000\n}\n" + lines(4000, func(i int) string {
			return fmt.Sprintf("moved {\n  from = module.k%d\n  to = module.m[%d]\n}", i, i)
		}), "m/main.tf": data("x", "  count = 10\n") + lines(100, func(i int) string {
			return fmt.Sprintf("moved {\n  from = terraform_data.y%d\n  to = terraform_data.x[%d]\n}", i, i)
		})},
		"splat chain":     one("locals {\n  x = [[1]]\n}\n" + res("local.x"+strings.Repeat("[*]", 300_000))),
		"attribute chain": one("locals {\n  x = { a = 1 }\n}\n" + res("local.x"+strings.Repeat(".a", 300_000))),
		"index chain":     one("locals {\n  x = [1]\n}\n" + res("local.x"+strings.Repeat("[0]", 300_000))),
		"many references": one("locals {\n  x = 1\n}\n" + res("["+strings.Repeat("local.x, ", 200_000)+"]")),
	}
}
