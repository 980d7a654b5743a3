package datasource

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/attrs"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// packaged stands for the files of the repository that a data source reads
// itself: its result changes with them though its arguments stay
// (archive 2.8 internal/provider/data_source_archive_file.go, local 2.9
// internal/provider/data_source_local_file.go). Empty for other data sources.
func packaged(w *eval.World, r *config.Resource, cfg cty.Value) string {
	args := attrs.Map(cfg)
	switch r.Type {
	case "local_file", "local_sensitive_file":
		return fileDigest(w, attrs.Text(args["filename"]))
	case "archive_file":
		if folder := attrs.Text(args["source_dir"]); folder != "" {
			return folderDigest(w, folder)
		}
		return fileDigest(w, attrs.Text(args["source_file"]))
	}
	return ""
}

// withDigests adds the digests of an archive to its arguments: where it lies
// does not count, and what differs in its files makes others of them. Patterns
// that leave files out are not followed.
func withDigests(cfg cty.Value, id, files string) cty.Value {
	args := attrs.Map(cfg)
	if k := args["excludes"]; !cfg.IsWhollyKnown() || len(args) == 0 || k != cty.NilVal && !k.IsNull() {
		return cfg
	}
	how, with := maps.Clone(args), maps.Clone(args)
	for _, name := range []string{"output_path", "source_content"} {
		delete(how, name)
	}
	digests := value.Token(value.Fingerprint(cty.ObjectVal(how))) + files + digest([]byte(attrs.Text(args["source_content"])))
	for _, name := range []string{"base64sha256", "base64sha512", "md5", "sha", "sha256", "sha512"} {
		name = "output_" + name
		with[name] = value.NewOpaque(id+"."+name, cty.String).Mark(value.Text{S: value.Applied(name, digests)})
	}
	return cty.ObjectVal(with)
}

// folderDigest leaves out nothing: which files are excluded is said by
// patterns that are arguments, and so part of the name already.
func folderDigest(w *eval.World, folder string) string {
	names, err := w.List(folder)
	if err != nil {
		return " " + err.Error()
	}
	slices.Sort(names)
	var all strings.Builder
	for _, name := range names {
		all.WriteString(name + fileDigest(w, strings.TrimSuffix(folder, "/")+"/"+name))
	}
	return digest([]byte(all.String()))
}

// fileDigest is a digest of a file; the reason where it cannot be read, so that
// a file that is there on one side only makes a difference.
func fileDigest(w *eval.World, name string) string {
	if name == "" {
		return ""
	}
	b, err := w.Read(name)
	if err != nil {
		return " " + err.Error()
	}
	return digest(b)
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return " " + hex.EncodeToString(sum[:8])
}
