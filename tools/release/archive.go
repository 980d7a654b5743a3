package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// epoch is the time of every file, so that archives are the same each time.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// writeZip writes one executable file, as Lambda wants its package.
func writeZip(to, binary string) error {
	raw, err := os.ReadFile(binary)
	if err != nil {
		return fmt.Errorf("write %s: %w", to, err)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	header := &zip.FileHeader{Name: filepath.Base(binary), Method: zip.Deflate, Modified: epoch}
	header.SetMode(0o755)
	w, err := z.CreateHeader(header)
	if err == nil {
		_, err = w.Write(raw)
	}
	if err == nil {
		err = z.Close()
	}
	return write(to, b.Bytes(), err)
}

// writeTarball writes files without their folders; the first is executable.
func writeTarball(to string, files ...string) error {
	var b bytes.Buffer
	g, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return fmt.Errorf("write %s: %w", to, err)
	}
	t := tar.NewWriter(g)
	for i, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			return fmt.Errorf("write %s: %w", to, err)
		}
		mode := int64(0o644)
		if i == 0 {
			mode = 0o755
		}
		if err := addFile(t, filepath.Base(f), mode, 0, raw); err != nil {
			return fmt.Errorf("write %s: %w", to, err)
		}
	}
	err = t.Close()
	if err == nil {
		err = g.Close()
	}
	return write(to, b.Bytes(), err)
}

func addFile(t *tar.Writer, name string, mode int64, owner int, content []byte) error {
	h := &tar.Header{Name: name, Mode: mode, Size: int64(len(content)), ModTime: epoch, Uid: owner, Gid: owner, Format: tar.FormatUSTAR}
	if strings.HasSuffix(name, "/") {
		h.Typeflag = tar.TypeDir
	}
	if err := t.WriteHeader(h); err != nil {
		return err
	}
	_, err := t.Write(content)
	return err
}

// nobody is the user of the image; it owns its data and may write /tmp.
const nobody = 65532

// writeImage writes a container image of one layer: the command, certificate
// authorities, a folder for data.
func writeImage(to, platform, tag, binary, certificates string) error {
	program, err := os.ReadFile(binary)
	if err != nil {
		return fmt.Errorf("write %s: %w", to, err)
	}
	roots, err := os.ReadFile(certificates)
	if err != nil {
		return fmt.Errorf("write %s: certificate authorities: %w", to, err)
	}
	var layer bytes.Buffer
	t := tar.NewWriter(&layer)
	for _, f := range []struct {
		name    string
		mode    int64
		owner   int
		content []byte
	}{
		{"data/", 0o700, nobody, nil}, {"etc/", 0o755, 0, nil}, {"etc/ssl/", 0o755, 0, nil}, {"etc/ssl/certs/", 0o755, 0, nil},
		{"etc/ssl/certs/ca-certificates.crt", 0o644, 0, roots}, {"holdpoint", 0o755, 0, program}, {"tmp/", 0o1777, 0, nil},
	} {
		if err := addFile(t, f.name, f.mode, f.owner, f.content); err != nil {
			return fmt.Errorf("write %s: %w", to, err)
		}
	}
	if err := t.Close(); err != nil {
		return fmt.Errorf("write %s: %w", to, err)
	}
	config, err := json.Marshal(imageConfig(platform, digest(layer.Bytes())))
	if err != nil {
		return fmt.Errorf("write %s: %w", to, err)
	}
	names := []string{digest(config) + ".json", digest(layer.Bytes()) + ".tar"}
	manifest, err := json.Marshal([]map[string]any{{"Config": names[0], "RepoTags": []string{tag}, "Layers": []string{names[1]}}})
	if err != nil {
		return fmt.Errorf("write %s: %w", to, err)
	}
	var b bytes.Buffer
	image := tar.NewWriter(&b)
	for name, content := range sorted(map[string][]byte{names[0]: config, names[1]: layer.Bytes(), "manifest.json": manifest}) {
		if err := addFile(image, name, 0o644, 0, content); err != nil {
			return fmt.Errorf("write %s: %w", to, err)
		}
	}
	return write(to, b.Bytes(), image.Close())
}

// imageConfig is the configuration of the image (OCI Image Format
// Specification, "Image configuration").
func imageConfig(platform, layer string) map[string]any {
	system, processor, _ := strings.Cut(platform, "/")
	return map[string]any{
		"created": epoch.Format(time.RFC3339), "os": system, "architecture": processor,
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{"sha256:" + layer}},
		"config": map[string]any{
			"User": fmt.Sprint(nobody), "Entrypoint": []string{"/holdpoint"}, "Cmd": []string{"serve"},
			"Env":          []string{"HOLDPOINT_DATA=/data", "HOLDPOINT_METRICS_LISTEN=:9090"},
			"ExposedPorts": map[string]any{"8080/tcp": map[string]any{}, "9090/tcp": map[string]any{}},
			"Volumes":      map[string]any{"/data": map[string]any{}},
		},
	}
}

func digest(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// writeSums writes the checksums of files in the form of sha256sum.
func writeSums(to string, files []string) error {
	var b strings.Builder
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			return fmt.Errorf("write %s: %w", to, err)
		}
		fmt.Fprintf(&b, "%s  %s\n", digest(raw), filepath.Base(f))
	}
	return write(to, []byte(b.String()), nil)
}

// write writes a file unless making its content failed.
func write(to string, raw []byte, err error) error {
	if err == nil {
		err = os.MkdirAll(filepath.Dir(to), 0o755)
	}
	if err == nil {
		err = os.WriteFile(to, raw, 0o644)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", to, err)
	}
	return nil
}
