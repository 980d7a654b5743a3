package main

import (
	"os"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/publish/schematest"
)

// What the commands print of the examples is what the published schemas say.
func TestOutputFitsTheSchemas(t *testing.T) {
	for _, example := range []string{"production", "kubernetes"} {
		dir := "examples/" + example
		sides := " --before " + dir + "/before --after " + dir + "/after"
		for line, name := range map[string]string{
			"review" + sides + " --format json --pull-request " + dir + "/pull_request.json": "review",
			"predict" + sides + " --format json":                                             "predict",
			"predict" + sides + " --format json --all":                                       "predict",
		} {
			t.Run(name, func(t *testing.T) {
				out, _ := run(t, line)
				schema, err := os.ReadFile("docs/" + name + ".schema.json")
				if err != nil {
					t.Fatal(err)
				}
				if err := schematest.Validate(schema, []byte(out)); err != nil {
					t.Errorf("%s: %v", line, err)
				}
			})
		}
	}
}
