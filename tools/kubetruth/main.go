// Command kubetruth compares internal/kube/apply with the API server itself:
// it makes every single-field edit of the objects in seeds/, and many of several
// fields and from other versions of the API, asks the decoding, defaulting,
// registry strategies and validators of k8s.io/kubernetes what an update does,
// and counts where the two agree. From this folder:
//
//	go run .                     the score, and every disagreement
//	go run . -truth FILE...      write the truth section of fixtures
package main

import (
	"embed"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/go-logr/logr"
	"github.com/holdpoint-dev/holdpoint/internal/kube/apply"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"k8s.io/klog/v2"
)

//go:embed seeds
var seedFiles embed.FS

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "kubetruth:", err)
		os.Exit(1)
	}
}

func run(args []string, w io.Writer) error {
	flags := flag.NewFlagSet("kubetruth", flag.ContinueOnError)
	write := flags.Bool("truth", false, "write the truth section of the given fixtures")
	kind := flags.String("kind", "", "only seeds of this kind")
	several := flags.Int("several", 100, "edits of several fields for each seed, and for each other version of it")
	limit := flags.Int("show", 40, "disagreements to print per family")
	if err := flags.Parse(args); err != nil {
		return err
	}
	klog.SetLogger(logr.Discard())
	o := newOracle()
	if *write {
		return writeTruth(o, flags.Args())
	}
	seeds, err := readSeeds()
	if err != nil {
		return err
	}
	bad, seen := 0, map[int]bool{}
	for _, family := range []apply.Family{apply.Put, apply.Patch} {
		s := score{kinds: map[string]bool{}, several: *several, seen: seen}
		for _, seed := range seeds {
			if *kind == "" || seed.Kind == *kind {
				s.compare(o, seed, family)
			}
		}
		s.print(w, family, *limit)
		bad += len(s.wrong)
	}
	for i, k := range known {
		if !seen[i] && *kind == "" {
			return fmt.Errorf("the known difference %q of %s does not occur any more", k.edit, k.kind)
		}
	}
	if bad > 0 {
		return fmt.Errorf("%d disagreements", bad)
	}
	return nil
}

func readSeeds() ([]object.Object, error) {
	var out []object.Object
	for _, name := range []string{"workloads", "core", "others"} {
		data, err := seedFiles.ReadFile("seeds/" + name + ".yaml")
		if err != nil {
			return nil, err
		}
		f, err := object.Parse(name+".yaml", data, object.Limits{})
		if err != nil {
			return nil, err
		}
		out = append(out, f.Objects...)
	}
	return out, nil
}

// score counts the comparisons of one family.
type score struct {
	kinds map[string]bool
	// several edits of more than one field are made of each seed.
	several int
	// edits were judged by both; of these right agree, undecided depend on
	// what a manifest does not tell, explained are in the list of known ones.
	edits, right, undecided, explained int
	// rejected are refused by the server because of the change; unasked
	// could not be judged by it.
	rejected, unasked int
	wrong             []string
	seen              map[int]bool
}

// compare holds one seed's edits against the truth.
func (s *score) compare(o *oracle, seed object.Object, family apply.Family) {
	s.kinds[seed.Group+"/"+seed.Kind] = true
	if t := o.judge(seed.Value, seed.Value, family); t.odd != "" || len(t.own) > 0 || len(t.fields) > 0 || t.changed {
		s.wrong = append(s.wrong, fmt.Sprintf("seed %s %s is no good: %+v", seed.Kind, seed.Name, t))
		return
	}
	several := combinations(seed, s.several)
	for _, e := range slices.Concat(edits(seed), several) {
		s.judge(o, seed, seed, e, family)
	}
	versions, err := o.versions(seed)
	if err != nil {
		s.wrong = append(s.wrong, err.Error())
	}
	for _, before := range versions {
		for _, e := range append(several, edit{name: "nothing else", after: seed.Value}) {
			e.name = before.Version + " to " + seed.Version + ": " + e.name
			s.judge(o, before, seed, e, family)
		}
	}
}

// judge counts one edit, which turns before into a version of seed.
func (s *score) judge(o *oracle, before, seed object.Object, e edit, family apply.Family) {
	t := o.judge(before.Value, e.after, family)
	if t.odd != "" {
		s.unasked++
		return
	}
	s.edits++
	after := seed
	after.Value = e.after
	got := apply.Update(before, after, family, apply.Cluster{})
	why := disagreement(t, got, before.Version != seed.Version)
	switch {
	case why == "":
		s.right++
	case got.Verdict == apply.Possible || gated(got):
		s.undecided++
	case explained(seed.Kind, e.name, s.seen) != "":
		s.explained++
	default:
		s.wrong = append(s.wrong, fmt.Sprintf("%s %s: %s: %s", seed.Kind, seed.Name, e.name, why))
	}
	if len(t.fields) > 0 {
		s.rejected++
	}
}

// disagreement says how an outcome differs from the truth, or "". Where the
// version moves the server may name a field as either version does.
func disagreement(t truth, got apply.Outcome, moves bool) string {
	var fields []string
	for _, r := range got.Refused {
		if r.Certain {
			fields = append(fields, r.Field)
		}
	}
	slices.Sort(fields)
	fields = slices.Compact(fields)
	switch {
	case len(t.fields) > 0 && got.Verdict != apply.Rejected:
		return fmt.Sprintf("the server refuses %v, we say %s", t.fields, got.Verdict)
	case len(t.fields) > 0 && !moves && !slices.ContainsFunc(fields, func(f string) bool { return related(f, t.fields) }):
		return fmt.Sprintf("the server refuses %v, we %v", t.fields, fields)
	case len(t.fields) > 0:
		return ""
	case got.Verdict == apply.Rejected && len(t.own) > 0 && slices.ContainsFunc(t.own, func(f string) bool { return related(f, fields) }):
		return "" // refused either way: invalid by itself hides what the change alone would be
	case got.Verdict == apply.Rejected:
		return fmt.Sprintf("the server accepts (own %v), we refuse %v", t.own, fields)
	case len(t.own) > 0:
		return "" // invalid by itself: nothing is stored
	case t.changed && got.Verdict == apply.None:
		return "the server changes what is stored, we say none"
	case !t.changed && got.Verdict == apply.Changes:
		return fmt.Sprintf("the server stores the same, we see %v", got.Changed)
	}
	return ""
}

// gated reports whether a change rests on a field of a disabled feature gate.
func gated(o apply.Outcome) bool {
	return slices.ContainsFunc(o.Notes, func(n apply.Note) bool { return n.Kind == apply.Depends && strings.Contains(n.Text, "feature gate") })
}

// related reports whether a field is one of others, or above or below one.
func related(f string, others []string) bool {
	return slices.ContainsFunc(others, func(o string) bool {
		return f == o || strings.HasPrefix(f, o+".") || strings.HasPrefix(o, f+".") || strings.HasPrefix(f, o+"[") || strings.HasPrefix(o, f+"[")
	})
}

func (s *score) print(w io.Writer, family apply.Family, limit int) {
	fmt.Fprintf(w, "%s: %d kinds, %d edits, %d agree, %d undecided here, %d explained, %d disagree (the server refuses %d for the change; %d could not be asked)\n",
		family, len(s.kinds), s.edits, s.right, s.undecided, s.explained, len(s.wrong), s.rejected, s.unasked)
	for i, line := range s.wrong {
		if i == limit {
			fmt.Fprintf(w, "  and %d more\n", len(s.wrong)-limit)
			break
		}
		fmt.Fprintln(w, " ", line)
	}
}
