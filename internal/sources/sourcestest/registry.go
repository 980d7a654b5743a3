package sourcestest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// Module is what a registry has of one module.
type Module struct {
	// Versions are listed in this order, each with where it is.
	Versions []ModuleVersion
}

// ModuleVersion is one version of a module. Location is what a download answers
// with, Published its date, empty for none.
type ModuleVersion struct{ Version, Location, Published string }

// Form is how a registry answers a download. The zero value is invalid.
type Form string

const (
	NoContent Form = "204" // a header, no content
	Header    Form = "200" // a header, and content that is not read
	JSON      Form = "json"
	JSONEmpty Form = "json-header" // JSON without a location, and a header
)

// Registry is a module registry. Its modules are at Base.
type Registry struct {
	Base    string
	Modules map[string]Module // by `namespace/name/system`
	Form    Form
	Files   map[string][]byte // archives, by path below Base
	Token   string            // wanted as a bearer token where it is not empty
}

// ServeHTTP answers discovery and the protocol.
func (r *Registry) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.URL.Path == "/.well-known/terraform.json" {
		fmt.Fprintf(w, `{"modules.v1": %q, "providers.v1": "/v1/providers/"}`, r.Base)
		return
	}
	if r.Token != "" && req.Header.Get("Authorization") != "Bearer "+r.Token {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	rest, ok := strings.CutPrefix(req.URL.Path, r.Base)
	if data, is := r.Files[rest]; ok && is {
		_, _ = w.Write(data)
		return
	}
	parts := strings.Split(rest, "/")
	if !ok || len(parts) < 4 {
		http.NotFound(w, req)
		return
	}
	m, ok := r.Modules[strings.Join(parts[:3], "/")]
	if !ok {
		http.NotFound(w, req)
		return
	}
	if len(parts) == 4 && parts[3] == "versions" {
		r.versions(w, m)
		return
	}
	for _, v := range m.Versions {
		if strings.TrimPrefix(v.Version, "v") == strings.TrimPrefix(parts[3], "v") {
			r.version(w, v, len(parts) == 5 && parts[4] == "download")
			return
		}
	}
	http.NotFound(w, req)
}

func (r *Registry) versions(w http.ResponseWriter, m Module) {
	list := []map[string]string{}
	for _, v := range m.Versions {
		list = append(list, map[string]string{"version": v.Version})
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"modules": []any{map[string]any{"versions": list}}})
}

func (r *Registry) version(w http.ResponseWriter, v ModuleVersion, download bool) {
	if !download {
		_ = json.NewEncoder(w).Encode(map[string]string{"version": v.Version, "published_at": v.Published})
		return
	}
	switch r.Form {
	case NoContent:
		w.Header().Set("X-Terraform-Get", v.Location)
		w.WriteHeader(http.StatusNoContent)
	case Header:
		w.Header().Set("X-Terraform-Get", v.Location)
		fmt.Fprint(w, "see the header")
	case JSON:
		_ = json.NewEncoder(w).Encode(map[string]string{"location": v.Location})
	case JSONEmpty:
		w.Header().Set("X-Terraform-Get", v.Location)
		fmt.Fprint(w, "{}")
	}
}
