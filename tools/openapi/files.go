package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// readList reads one entry a line; empty lines and those with # are skipped.
func readList(name string) ([]string, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read list: %w", err)
	}
	var list []string
	for _, line := range strings.Split(string(data), "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			list = append(list, line)
		}
	}
	return list, nil
}

func readJSON(name string) (map[string]any, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read description: %w", err)
	}
	var doc map[string]any
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("read description %s: %w", name, err)
	}
	return doc, nil
}

func writeJSON(name string, doc any) error {
	data, err := json.Marshal(doc)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return writeGzip(name, data)
}

func writeGzip(name string, data []byte) error {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if _, err := w.Write(data); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return os.WriteFile(name, b.Bytes(), 0o644)
}

var serverFile = regexp.MustCompile(`^ghes-3\.(\d+)\.json$`)

// newestServer finds the newest description of GitHub Enterprise Server.
func newestServer(folder string) (string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return "", fmt.Errorf("find descriptions: %w", err)
	}
	best, newest := "", -1
	for _, e := range entries {
		m := serverFile.FindStringSubmatch(e.Name())
		if m == nil {
			continue
		}
		if n, err := strconv.Atoi(m[1]); err == nil && n > newest {
			best, newest = e.Name(), n
		}
	}
	if best == "" {
		return "", fmt.Errorf("find descriptions: no ghes-3.N.json in %s", folder)
	}
	return best, nil
}

func writeVersions(packages, ghes, out string) error {
	var b strings.Builder
	for _, name := range []string{"openapi", "openapi-webhooks", "graphql-schema", "webhooks-examples"} {
		doc, err := readJSON(filepath.Join(packages, name, "package.json"))
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "@octokit/%s %v\n", name, doc["version"])
	}
	fmt.Fprintf(&b, "enterprise server: %s\n", strings.TrimSuffix(ghes, ".json"))
	return os.WriteFile(out, []byte(b.String()), 0o644)
}
