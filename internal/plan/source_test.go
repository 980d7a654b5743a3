package plan

import (
	"errors"
	"slices"
	"testing"
)

func TestAnswersAskOnceAndStay(t *testing.T) {
	var a Answers
	vpc := Source{Kind: ModuleSource, Address: "terraform-aws-modules/vpc/aws", Ref: Ref{RefVersion, "5.8.1"}, Side: After, Depth: 1}
	if _, err := a.Package(vpc); !errors.Is(err, ErrNotFetched) {
		t.Fatalf("asked for the first time: %v", err)
	}
	deeper := vpc
	deeper.Depth = 3
	if _, err := a.Package(deeper); !errors.Is(err, ErrNotFetched) {
		t.Fatal(err)
	}
	wanted := a.Wanted()
	if len(wanted) != 1 || wanted[0].Address != vpc.Address || wanted[0].Depth != 0 {
		t.Fatalf("wanted %v", wanted)
	}
	a.Put(wanted[0], Answer{Package: Package{Digest: "git:github.com/o/r@1"}})
	a.Put(wanted[0], Answer{Err: &SourceError{Why: SourceDown}})
	for _, s := range []Source{vpc, deeper} {
		if p, err := a.Package(s); err != nil || p.Digest != "git:github.com/o/r@1" {
			t.Errorf("answered %v, %v: the first answer must stay", p, err)
		}
	}
	if len(a.Wanted()) != 0 || len(a.Known()) != 1 {
		t.Errorf("still wanted %v, known %v", a.Wanted(), a.Known())
	}
}

func TestAnswersBoundTheDepth(t *testing.T) {
	var a Answers
	s := Source{Kind: ModuleSource, Address: "a/b/c", Side: After, Depth: MaxSourceDepth + 1}
	_, err := a.Package(s)
	var why *SourceError
	if !errors.As(err, &why) || why.Why != SourceLimit || why.Limit != "depth" {
		t.Errorf("beyond the depth: %v", err)
	}
	if len(a.Wanted()) != 0 {
		t.Error("what lies too deep is fetched all the same")
	}
	s.Depth--
	if _, err := a.Package(s); !errors.Is(err, ErrNotFetched) {
		t.Errorf("at the depth: %v", err)
	}
}

func TestSourcesHaveOneOrder(t *testing.T) {
	want := []Source{
		{Kind: ChartSource, Address: "https://a"},
		{Kind: ModuleSource, Address: "a/b/c", Side: Before},
		{Kind: ModuleSource, Address: "a/b/c", Side: After},
		{Kind: ModuleSource, Address: "a/b/c", Ref: Ref{RefVersion, "1"}, Side: Before},
		{Kind: ModuleSource, Address: "a/b/c", Ref: Ref{RefVersion, "1"}, Side: Before, OpenTofu: true},
	}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, Source.Compare)
	if !slices.Equal(got, want) {
		t.Errorf("sorted %v", got)
	}
}
