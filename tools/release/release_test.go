package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
)

// tarFiles reads an archive: names with their headers, and contents.
func tarFiles(t *testing.T, raw []byte) (headers map[string]*tar.Header, content map[string][]byte) {
	t.Helper()
	headers, content = map[string]*tar.Header{}, map[string][]byte{}
	r := tar.NewReader(bytes.NewReader(raw))
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return headers, content
		}
		if err != nil {
			t.Fatal(err)
		}
		headers[h.Name] = h
		if content[h.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
}

func folderWith(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestImage(t *testing.T) {
	dir := folderWith(t, map[string]string{"holdpoint": "program", "roots": "certificates"})
	var images [2][]byte
	for n := range images {
		to := filepath.Join(dir, "image.tar")
		if err := writeImage(to, "linux/arm64", "holdpoint:1.2.3", filepath.Join(dir, "holdpoint"), filepath.Join(dir, "roots")); err != nil {
			t.Fatal(err)
		}
		images[n], _ = os.ReadFile(to)
	}
	if !bytes.Equal(images[0], images[1]) {
		t.Error("the same image is not the same bytes")
	}
	_, outer := tarFiles(t, images[0])
	var manifest []struct {
		Config   string
		RepoTags []string
		Layers   []string
	}
	if err := json.Unmarshal(outer["manifest.json"], &manifest); err != nil || len(manifest) != 1 {
		t.Fatalf("manifest %s, %v", outer["manifest.json"], err)
	}
	var config struct {
		Architecture string
		RootFS       struct {
			DiffIDs []string `json:"diff_ids"`
		}
		Config struct {
			User       string
			Entrypoint []string
		}
	}
	if err := json.Unmarshal(outer[manifest[0].Config], &config); err != nil {
		t.Fatal(err)
	}
	layer := outer[manifest[0].Layers[0]]
	if config.RootFS.DiffIDs[0] != "sha256:"+digest(layer) || config.Architecture != "arm64" || config.Config.User == "" ||
		config.Config.User == "0" {
		t.Errorf("config %+v", config)
	}
	headers, content := tarFiles(t, layer)
	if string(content["holdpoint"]) != "program" || headers["holdpoint"].Mode&0o111 == 0 || headers["data/"].Uid == 0 {
		t.Errorf("layer %v", headers)
	}
	if string(content["etc/ssl/certs/ca-certificates.crt"]) != "certificates" {
		t.Error("no certificate authorities")
	}
}

func TestLambdaZip(t *testing.T) {
	dir := folderWith(t, map[string]string{"bootstrap": "program"})
	to := filepath.Join(dir, "x.zip")
	if err := writeZip(to, filepath.Join(dir, "bootstrap")); err != nil {
		t.Fatal(err)
	}
	z, err := zip.OpenReader(to)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	if len(z.File) != 1 || z.File[0].Name != "bootstrap" || z.File[0].Mode().Perm() != 0o755 {
		t.Errorf("archive %+v", z.File[0].FileHeader)
	}
}

func TestSumsAndBill(t *testing.T) {
	dir := folderWith(t, map[string]string{"a": "1", "b": "2"})
	sums := filepath.Join(dir, "SHA256SUMS")
	if err := writeSums(sums, []string{filepath.Join(dir, "a"), filepath.Join(dir, "b")}); err != nil {
		t.Fatal(err)
	}
	raw, _ := os.ReadFile(sums)
	if want := digest([]byte("1")) + "  a\n" + digest([]byte("2")) + "  b\n"; string(raw) != want {
		t.Errorf("sums %s", raw)
	}
	info := &debug.BuildInfo{GoVersion: "go1.26.8", Path: "example.com/x/cmd/x", Deps: []*debug.Module{
		{Path: "example.com/a", Version: "v1.0.0"}, {Path: "example.com/b", Version: "v1.0.0",
			Replace: &debug.Module{Path: "example.com/c", Version: "v2.0.0"}}}}
	b := newBill(info, "v1.2.3")
	var purls []string
	for _, p := range b.Parts {
		purls = append(purls, p.PURL)
	}
	if !slices.Equal(purls, []string{"pkg:golang/std@1.26.8", "pkg:golang/example.com/a@v1.0.0", "pkg:golang/example.com/c@v2.0.0"}) ||
		b.Metadata.Component.Version != "v1.2.3" {
		t.Errorf("bill %+v", b)
	}
}

func TestRefusals(t *testing.T) {
	for _, r := range []release{{version: "not a version", out: t.TempDir()}, {version: "v1.0.0 -X evil", out: t.TempDir()}} {
		if err := r.run([]string{"lambda"}); err == nil || !strings.Contains(err.Error(), "want v1.2.3") {
			t.Errorf("version %q: %v", r.version, err)
		}
	}
	if err := (&release{version: "v1.0.0"}).run([]string{"rpm"}); err == nil {
		t.Error("a part that does not exist was made")
	}
}
