package sourcestest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strings"
)

// Chart is the archive of a chart without any template.
func Chart(name, version string) []byte {
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	w := tar.NewWriter(z)
	text := fmt.Sprintf("apiVersion: v2\nname: %s\nversion: %q\n", name, version)
	// Writing to memory does not fail.
	_ = w.WriteHeader(&tar.Header{Name: name + "/Chart.yaml", Mode: 0o644, Size: int64(len(text))})
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	_ = z.Close()
	return buf.Bytes()
}

// Charts serves a repository of one chart: an index and the archives.
func Charts(name string, versions []string) http.Handler {
	mux := http.NewServeMux()
	index := "apiVersion: v1\nentries:\n  " + name + ":\n"
	for i, v := range versions {
		file := fmt.Sprintf("charts/%s-%d.tgz", name, i)
		index += fmt.Sprintf("  - {apiVersion: v2, name: %s, version: %q, urls: [%s]}\n", name, v, file)
		data := Chart(name, v)
		mux.HandleFunc("/"+file, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(data) })
	}
	mux.HandleFunc("/index.yaml", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(index)) })
	return mux
}

// PushChart puts a chart into a registry as Helm does.
func (o *OCI) PushChart(repo, name, version string) {
	o.Push(repo+"/"+name, strings.ReplaceAll(version, "+", "_"), "", "application/vnd.cncf.helm.config.v1+json",
		Layer{"application/vnd.cncf.helm.chart.content.v1.tar+gzip", Chart(name, version)})
}

// ChartCase is a chart in several versions, and what Helm takes for a
// constraint: a version, or "error".
type ChartCase struct {
	// Kind is index (helm pull from a repository), oci (helm pull from a
	// registry), dependency (helm dependency update) or lock (helm dependency
	// build, with a lock of the constraint's version and all versions newer).
	Kind       string   `json:"kind"`
	Versions   []string `json:"versions"`
	Constraint string   `json:"constraint"`
	Answer     string   `json:"answer"`
}

// ChartCases are all that Helm is asked.
func ChartCases() []ChartCase {
	lists := [][]string{
		strings.Fields("1.0.0 1.2.0 1.10.0 2.0.0-rc.1 0.9.0 1.10.1-alpha 1.1.0"),
		strings.Fields("v1.0.0 v1.2.0 v2.0.0"),
		strings.Fields("1.0.0+a 1.0.0+b 1.0.1+c"),
		strings.Fields("2.0.0-beta.2 2.0.0-beta.10 2.0.0-alpha"),
		strings.Fields("1.0.0"),
	}
	constraints := strings.Split(";*;1.0.0;=1.0.0;v1.0.0;1.0;1;1.x;^1.0;^1.0.0;~1.2.0;~1.2;>=1.0.0;>=1.0.0 <1.5.0;>1.0.0, <2;>1 <2;"+
		"!=1.10.0;>=1.0.0-0;^1.0.0-0;>0-0;2.0.0-rc.1;>=2.0.0-beta.2;2.0.0-beta.10;1.0.0+a;1.0.0+b;1.0.1;"+
		"1.0.0 || 1.2.0;1.0 - 1.5;9.0.0;<0.5;nonsense;latest;1.0.0.0;~> 1.0", ";")
	var out []ChartCase
	for i, versions := range lists {
		for j, c := range constraints {
			for k, kind := range []string{"index", "oci", "dependency"} {
				if i == 0 || (i+j+k)%3 == 0 {
					out = append(out, ChartCase{Kind: kind, Versions: versions, Constraint: c})
				}
			}
		}
	}
	for _, v := range lists[0] {
		out = append(out, ChartCase{Kind: "lock", Versions: lists[0], Constraint: v})
	}
	return out
}
