package githubtest

import (
	"bytes"
	"compress/gzip"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

//go:embed testdata/*.gz
var testdata embed.FS

func unpack(name string) ([]byte, error) {
	f, err := testdata.Open("testdata/" + name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", name, err)
	}
	return io.ReadAll(z)
}

// description is one of GitHub's OpenAPI descriptions.
type description struct{ doc *openapi3.T }

func loadDescription(name string) (*description, error) {
	data, err := unpack(name)
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", name, err)
	}
	return &description{doc}, nil
}

// The published descriptions, parsed once for a test binary.
var (
	public   = sync.OnceValues(func() (*description, error) { return loadDescription("api.github.com.json.gz") })
	server   = sync.OnceValues(func() (*description, error) { return loadDescription("ghes.json.gz") })
	webhooks = sync.OnceValues(func() (*description, error) { return loadDescription("webhooks.json.gz") })
	graph    = sync.OnceValues(func() (*ast.Schema, error) {
		data, err := unpack("schema.graphql.gz")
		if err != nil {
			return nil, err
		}
		return gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: string(data)})
	})
)

// operation finds an operation by its template path.
func (d *description) operation(method, path string) (*openapi3.PathItem, *openapi3.Operation) {
	item := d.doc.Paths.Value(path)
	if item == nil {
		return nil, nil
	}
	return item, item.GetOperation(method)
}

// exchange checks one request and its response, unless a fault spoiled that.
func (d *description) exchange(r *http.Request, path string, params map[string]string, body []byte, spoiled bool, status int,
	header http.Header, answer []byte) error {
	item, op := d.operation(r.Method, path)
	if op == nil {
		return fmt.Errorf("%s %s is not in GitHub's description", r.Method, path)
	}
	options := &openapi3filter.Options{
		AuthenticationFunc:    openapi3filter.NoopAuthenticationFunc,
		IncludeResponseStatus: true, MultiError: false,
	}
	req := r.Clone(context.Background())
	req.Body = io.NopCloser(bytes.NewReader(body))
	in := &openapi3filter.RequestValidationInput{
		Request: req, PathParams: params, Options: options,
		Route: &routers.Route{Spec: d.doc, Path: path, PathItem: item, Method: r.Method, Operation: op},
	}
	// However GitHub answers: a request that it refuses must be right too, or
	// the refusal would hide that it is wrong.
	if err := openapi3filter.ValidateRequest(context.Background(), in); err != nil {
		return fmt.Errorf("request %s %s: %w", r.Method, path, err)
	}
	if err := known(item, op, r, body); err != nil {
		return fmt.Errorf("request %s %s: %w", r.Method, path, err)
	}
	if spoiled {
		return nil
	}
	if status >= 400 && op.Responses.Status(status) == nil {
		return nil // GitHub's description does not list refusals everywhere
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: status, Header: header, Options: options}
	out.SetBodyBytes(answer)
	if err := openapi3filter.ValidateResponse(context.Background(), out); err != nil {
		return fmt.Errorf("response %d to %s %s: %w", status, r.Method, path, err)
	}
	return nil
}

// known refuses what the description allows and GitHub passes over in silence:
// parameters of the query and fields of the body that it does not name.
func known(item *openapi3.PathItem, op *openapi3.Operation, r *http.Request, body []byte) error {
	for name := range r.URL.Query() {
		if op.Parameters.GetByInAndName("query", name) == nil && item.Parameters.GetByInAndName("query", name) == nil {
			return fmt.Errorf("query parameter %q is not in GitHub's description", name)
		}
	}
	if op.RequestBody == nil || len(body) == 0 {
		return nil
	}
	var fields map[string]any
	if err := json.Unmarshal(body, &fields); err != nil {
		return fmt.Errorf("body: %w", err)
	}
	schema := op.RequestBody.Value.Content.Get("application/json").Schema.Value
	for name := range fields {
		if !names(schema, name) {
			return fmt.Errorf("field %q is not in GitHub's description", name)
		}
	}
	return nil
}

// names reports whether a schema or one of its alternatives has a property.
func names(s *openapi3.Schema, property string) bool {
	if s.Properties[property] != nil {
		return true
	}
	for _, list := range []openapi3.SchemaRefs{s.OneOf, s.AnyOf, s.AllOf} {
		for _, alternative := range list {
			if names(alternative.Value, property) {
				return true
			}
		}
	}
	return false
}

// payload checks a webhook payload against the schema of its event.
func (d *description) payload(name string, value any) error {
	schema := d.doc.Components.Schemas["webhook:"+name]
	if schema == nil {
		return fmt.Errorf("webhook %s is not in GitHub's description", name)
	}
	if err := schema.Value.VisitJSON(value); err != nil {
		return fmt.Errorf("webhook %s: %w", name, err)
	}
	return nil
}
