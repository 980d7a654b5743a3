package githubtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// resolver is a field that takes arguments or is worked out when asked for.
type resolver = func(args map[string]any) any

// graphql answers a GraphQL request. The query must be valid against GitHub's
// published schema, and the answer has exactly the fields that were asked for.
func (s *Server) graphql(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	e := Exchange{Method: r.Method, Path: "/graphql", URL: r.URL.String(), Body: string(body)}
	var in struct {
		Query     string         `json:"query"`
		Variables map[string]any `json:"variables"`
	}
	a := answer{}
	schema, err := graph()
	if err == nil {
		err = json.Unmarshal(body, &in)
	}
	if err != nil {
		s.t.Errorf("githubtest: GraphQL: %v", err)
	}
	query, invalid := parsed(schema, in.Query)
	if len(invalid) == 0 {
		e.Name = query.Operations[0].Name
		if _, err := validator.VariableValues(schema, query.Operations[0], in.Variables); err != nil {
			s.t.Errorf("githubtest: GraphQL variables %v do not fit: %v\n%s", in.Variables, err, in.Query)
		}
	}
	s.before(e)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(invalid) > 0 {
		s.t.Errorf("githubtest: GraphQL query is not valid against GitHub's schema: %v\n%s", invalid, in.Query)
		a = ok(object{"errors": []any{object{"message": invalid.Error()}}})
	} else {
		op := query.Operations[0]
		a = s.authorised(call{Request: r, body: body}, "/graphql", func(c call) answer {
			x := execution{server: s, variables: in.Variables, schema: schema}
			data := x.object(s.query(c.token), op.SelectionSet, "Query")
			o := object{"data": data}
			if len(x.errors) > 0 {
				o["errors"] = x.errors
			}
			return ok(o)
		}, &e)
	}
	out := a.raw
	if out == nil {
		out, _ = json.Marshal(a.value)
	}
	header := http.Header{"Content-Type": {"application/json; charset=utf-8"}, "X-Ratelimit-Resource": {"graphql"}}
	for k, v := range a.header {
		header[k] = v
	}
	s.finish(w, header, a.status, out, e)
}

// queries are those that were parsed already, by their text: there are few.
var queries sync.Map

func parsed(schema *ast.Schema, text string) (*ast.QueryDocument, gqlerror.List) {
	if known, ok := queries.Load(text); ok {
		return known.(*ast.QueryDocument), nil
	}
	query, invalid := gqlparser.LoadQueryWithRules(schema, text, rules.NewDefaultRules())
	if len(invalid) == 0 {
		queries.Store(text, query)
	}
	return query, invalid
}

// execution walks one query.
type execution struct {
	server    *Server
	variables map[string]any
	schema    *ast.Schema
	errors    []any
}

// object answers the selection on an object; typename is its static type.
func (x *execution) object(o object, set ast.SelectionSet, typename string) object {
	if name, ok := o["__typename"].(string); ok {
		typename = name
	}
	out := object{}
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			if sel.Name == "__typename" {
				out[sel.Alias] = typename
				continue
			}
			value, has := o[sel.Name]
			if !has {
				x.server.t.Errorf("githubtest: GraphQL field %s.%s is not simulated", typename, sel.Name)
			}
			if f, ok := value.(resolver); ok {
				value = f(sel.ArgumentMap(x.variables))
			}
			if err, ok := value.(error); ok {
				x.errors = append(x.errors, object{"type": "NOT_FOUND", "path": []any{sel.Alias}, "message": err.Error()})
				value = nil
			} else if value == nil && sel.Definition.Type.NonNull {
				x.server.t.Errorf("githubtest: GraphQL field %s.%s may not be null", typename, sel.Name)
			}
			out[sel.Alias] = x.value(value, sel, sel.Definition.Type.Name())
		case *ast.InlineFragment:
			if sel.TypeCondition == "" || x.is(typename, sel.TypeCondition) {
				for k, v := range x.object(o, sel.SelectionSet, typename) {
					out[k] = v
				}
			}
		case *ast.FragmentSpread:
			if x.is(typename, sel.Definition.TypeCondition) {
				for k, v := range x.object(o, sel.Definition.SelectionSet, typename) {
					out[k] = v
				}
			}
		}
	}
	return out
}

// is reports whether a concrete type fits a type condition.
func (x *execution) is(typename, condition string) bool {
	if typename == condition {
		return true
	}
	def := x.schema.Types[condition]
	if def == nil {
		return false
	}
	for _, p := range x.schema.GetPossibleTypes(def) {
		if p.Name == typename {
			return true
		}
	}
	return false
}

func (x *execution) value(v any, f *ast.Field, typename string) any {
	switch v := v.(type) {
	case nil:
		return nil
	case object:
		return x.object(v, f.SelectionSet, typename)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = x.value(e, f, typename)
		}
		return out
	}
	return v
}

// connection is a list as GraphQL pages it.
func (s *Server) connection(all []any) resolver {
	return func(args map[string]any) any {
		from, to := 0, len(all)
		if after, _ := args["after"].(string); after != "" {
			_, _ = fmt.Sscanf(after, "cursor%d", &from)
		}
		first := number(args["first"])
		if first == 0 && args["last"] == nil {
			s.t.Errorf("githubtest: GraphQL: you must provide a `first` or `last` value to properly paginate a connection")
		}
		if first > 100 || number(args["last"]) > 100 {
			s.t.Errorf("githubtest: GraphQL: requesting %v records exceeds the `first` limit of 100 records", args)
		}
		if s.forcePer > 0 && first > s.forcePer {
			first = s.forcePer
		}
		if first > 0 {
			to = min(from+first, len(all))
		} else if last := number(args["last"]); last < len(all) {
			from = len(all) - last
		}
		from = min(from, len(all))
		page := object{"hasNextPage": to < len(all), "hasPreviousPage": from > 0, "endCursor": nil, "startCursor": nil}
		if to > from {
			page["endCursor"], page["startCursor"] = fmt.Sprintf("cursor%d", to), fmt.Sprintf("cursor%d", from)
		}
		return object{"nodes": append([]any{}, all[from:to]...), "totalCount": len(all), "pageInfo": page}
	}
}

func number(v any) int {
	switch v := v.(type) {
	case int64:
		return int(v)
	case float64:
		return int(v)
	case int:
		return v
	case json.Number:
		n, _ := v.Int64()
		return int(n)
	}
	return 0
}
