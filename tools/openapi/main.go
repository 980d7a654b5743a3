// Command openapi writes the reduced copies of GitHub's published descriptions
// that the simulated GitHub validates its traffic against.
//
//	npm pack @octokit/openapi @octokit/openapi-webhooks @octokit/graphql-schema @octokit/webhooks-examples
//	(unpack each into a folder of its name without the scope below DIR)
//	go run ./tools/openapi -packages DIR -out internal/github/githubtest/testdata
//
// What is kept is listed in operations.txt, webhooks.txt and graphql.txt in
// the output folder: the REST operations with every schema they refer to, the
// payload schemas and one example of each event, and the GraphQL types.
// Descriptions, examples and extensions are left out. The outputs are gzip
// files of JSON (GraphQL: of the schema language); versions.txt tells which
// releases they were made from. A second run gives the same bytes.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	packages := flag.String("packages", "", "folder with the unpacked npm packages openapi, openapi-webhooks, graphql-schema and webhooks-examples")
	out := flag.String("out", "internal/github/githubtest/testdata", "folder of the lists and of the reduced copies")
	flag.Parse()
	if *packages == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*packages, *out); err != nil {
		fmt.Fprintln(os.Stderr, "openapi:", err)
		os.Exit(1)
	}
}

func run(packages, out string) error {
	operations, err := readList(filepath.Join(out, "operations.txt"))
	if err != nil {
		return err
	}
	generated := filepath.Join(packages, "openapi", "generated")
	ghes, err := newestServer(generated)
	if err != nil {
		return err
	}
	for _, d := range []struct{ from, to string }{{"api.github.com.json", "api.github.com.json.gz"}, {ghes, "ghes.json.gz"}} {
		if err := reduceREST(filepath.Join(generated, d.from), filepath.Join(out, d.to), operations); err != nil {
			return err
		}
	}
	events, err := readList(filepath.Join(out, "webhooks.txt"))
	if err != nil {
		return err
	}
	if err := reduceWebhooks(filepath.Join(packages, "openapi-webhooks", "generated", "api.github.com.json"),
		filepath.Join(out, "webhooks.json.gz"), events); err != nil {
		return err
	}
	if err := reduceExamples(filepath.Join(packages, "webhooks-examples", "api.github.com", "index.json"),
		filepath.Join(out, "payloads.json.gz"), events); err != nil {
		return err
	}
	types, err := readList(filepath.Join(out, "graphql.txt"))
	if err != nil {
		return err
	}
	if err := reduceGraphQL(filepath.Join(packages, "graphql-schema", "schema.graphql"), filepath.Join(out, "schema.graphql.gz"),
		types); err != nil {
		return err
	}
	return writeVersions(packages, ghes, filepath.Join(out, "versions.txt"))
}
