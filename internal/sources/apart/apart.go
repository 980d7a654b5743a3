// Package apart resolves sources in another process than the one that reviews:
// a child of serve, a function of its own on Lambda. That process reaches the
// internet and has no key; the one that has the key asks it with a [Call], and
// reads what was found from the store that both share.
package apart

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/sources"
	"github.com/holdpoint-dev/holdpoint/internal/sources/cache"
	"github.com/holdpoint-dev/holdpoint/internal/sources/content"
)

// Call asks for the sources of one round of a review. It crosses between
// processes and is neither stored nor logged: it has a token.
type Call struct {
	Sources []plan.Source
	// Repository is the reviewed one, `owner/name`, and Token may read its
	// contents and nothing else.
	Repository, Token string
	// Grants allow single sources to be read from private repositories.
	Grants []Grant
	// Installation keeps what it alone may read apart.
	Installation string
	// Anew: references that move are looked up again.
	Anew bool
	// Spent and Admitted are what earlier rounds took of the review's budget.
	Spent    time.Duration
	Admitted []string
}

// Grant allows one source to be read from one private repository, `owner/name`, with
// a token that reads its contents and nothing else.
type Grant struct {
	Wish
	Token string
}

// Wish is a source that lies in a private repository, `owner/name`, or in one that
// is not there.
type Wish struct {
	Repository string
	Source     plan.Source
}

// about reports whether a wish is for a source, at whatever moment.
func (w Wish) about(repository string, s plan.Source) bool {
	s.Side, s.Depth = w.Source.Side, w.Source.Depth
	return s == w.Source && strings.EqualFold(repository, w.Repository)
}

// Reply answers a call: one answer a source, in the same order.
type Reply struct {
	Answers  []Answer
	Spent    time.Duration
	Admitted []string
	// Failed is why the whole call failed, empty where it did not.
	Failed string
}

// Answer is a package whose tree is in the store, or why there is none.
type Answer struct {
	Package plan.Package // without the tree
	// Scope and Tree say where the content is in the store: it is kept under the
	// digest, and Tree is the git id of its top folder.
	Scope   cache.Scope
	Tree    plan.ObjectID
	Refused *refusal
}

// Handle answers a call. It runs where the internet is reached.
func Handle(ctx context.Context, f *sources.Fetcher, store cache.Store, call Call) Reply {
	session := f.Review(sources.Review{Access: reader{call.Repository, call.Token, call.Grants},
		Installation: call.Installation, Anew: call.Anew, Spent: call.Spent, Admitted: call.Admitted})
	var answers plan.Answers
	for _, s := range call.Sources {
		_, _ = answers.Package(s) // it is wanted now
	}
	if err := session.Answer(ctx, &answers); err != nil {
		return Reply{Failed: err.Error()}
	}
	reply := Reply{Answers: make([]Answer, len(call.Sources))}
	kept := map[cache.Key]bool{}
	for i, s := range call.Sources {
		p, err := answers.Package(s)
		if reply.Answers[i], err = leave(ctx, store, kept, call.Installation, p, err); err != nil {
			return Reply{Failed: err.Error()}
		}
	}
	reply.Spent, reply.Admitted = session.Spent()
	return reply
}

// leave puts the content of a package where the asker finds it. What is there
// already and is something else is replaced.
func leave(ctx context.Context, store cache.Store, kept map[cache.Key]bool, installation string, p plan.Package, err error) (Answer,
	error) {
	var why *plan.SourceError
	if errors.As(err, &why) {
		return Answer{Refused: (*refusal)(why)}, nil
	}
	tree, ok := p.Tree.(*content.Tree)
	if err != nil || !ok {
		return Answer{}, fmt.Errorf("source without content: %w", err)
	}
	a := Answer{Package: p, Scope: cache.Public, Tree: tree.Root.ID()}
	if p.Private != "" {
		a.Scope = cache.Installation(installation)
	}
	a.Package.Tree = nil
	key := a.key()
	if kept[key] {
		return a, nil
	}
	kept[key] = true
	packed := content.Pack(tree)
	if there, err := store.Get(ctx, key); err == nil && bytes.Equal(there, packed) {
		return a, nil
	}
	return a, store.Put(ctx, key, packed)
}

// refusal is a plan.SourceError on its way: an answer, not an error of the call.
type refusal plan.SourceError

// key is where the content is. The id of the tree is part of it, so that one
// that is shared by several calls is the same for all.
func (a Answer) key() cache.Key {
	return cache.Key{Scope: a.Scope, Name: "tree " + string(a.Tree) + " of " + a.Package.Digest}
}

// reader reads what is public, the reviewed repository itself, and what is granted.
type reader struct {
	repository, token string
	grants            []Grant
}

// Own is the reviewed repository and its token.
func (r reader) Own(context.Context) (string, string, error) { return r.repository, r.token, nil }

// Private is the token of the grant for a source.
func (r reader) Private(ctx context.Context, name string, s plan.Source) (string, error) {
	for _, g := range r.grants {
		if g.about(name, s) {
			return g.Token, nil
		}
	}
	return sources.Public{}.Private(ctx, name, s)
}

// Caller carries a call to where it is handled.
type Caller func(context.Context, Call) (Reply, error)

// In handles calls in the process that makes them.
func In(f *sources.Fetcher, store cache.Store) Caller {
	return func(ctx context.Context, call Call) (Reply, error) { return Handle(ctx, f, store, call), nil }
}

// Client asks for sources from the side of the review.
type Client struct {
	Call   Caller
	Store  cache.Store
	Limits content.Limits
}

// Review is what differs from one review to the next.
type Review struct {
	Repository   string // `owner/name`
	Installation string
	Anew         bool
	// Token makes the token that reads the repository's contents and nothing
	// else. It is called where there is something to ask.
	Token func(context.Context) (string, error)
	// Private decides which sources may be read from private repositories: one
	// answer a wish, in the same order. It is nil where none may.
	Private func(context.Context, []Wish) ([]Permit, error)
}

// Permit is a token for a wish, or why there is none.
type Permit struct {
	Token   string
	Refused *plan.SourceError
}

// Session resolves the sources of one review.
type Session struct {
	client Client
	review Review

	mu       sync.Mutex
	token    string
	spent    time.Duration
	admitted []string
	trees    map[cache.Key]*content.Tree
}

// Begin begins the sources of a review.
func (c Client) Begin(r Review) *Session {
	return &Session{client: c, review: r, trees: map[cache.Key]*content.Tree{}}
}

// Answer resolves everything that is wanted and not known. An error means that
// nobody could be asked, or that the store does not have what it should: the
// review is to be tried again.
func (s *Session) Answer(ctx context.Context, answers *plan.Answers) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	wanted := answers.Wanted()
	if len(wanted) == 0 {
		return nil
	}
	if s.token == "" {
		token, err := s.review.Token(ctx)
		if err != nil {
			return fmt.Errorf("read sources: %w", err)
		}
		s.token = token
	}
	found, err := s.ask(ctx, wanted, nil)
	if err != nil {
		return err
	}
	if err := s.askPrivate(ctx, wanted, found); err != nil {
		return err
	}
	for i, a := range found {
		answers.Put(wanted[i], a)
	}
	return nil
}

// ask has sources answered, with what is granted.
func (s *Session) ask(ctx context.Context, wanted []plan.Source, grants []Grant) ([]plan.Answer, error) {
	reply, err := s.client.Call(ctx, Call{Sources: wanted, Repository: s.review.Repository, Token: s.token, Grants: grants,
		Installation: s.review.Installation, Anew: s.review.Anew, Spent: s.spent, Admitted: s.admitted})
	switch {
	case err != nil:
		return nil, err
	case reply.Failed != "":
		return nil, errors.New(reply.Failed)
	case len(reply.Answers) != len(wanted):
		return nil, fmt.Errorf("%d sources were asked for, %d answered", len(wanted), len(reply.Answers))
	}
	s.spent, s.admitted = reply.Spent, reply.Admitted
	found := make([]plan.Answer, len(wanted))
	for i, a := range reply.Answers {
		if found[i], err = s.read(ctx, a, wanted[i], grants); err != nil {
			return nil, fmt.Errorf("source %d of %d: %w", i+1, len(wanted), err)
		}
	}
	return found, nil
}

// askPrivate has those answered that were refused as private and are permitted. The
// others say why they are not.
func (s *Session) askPrivate(ctx context.Context, wanted []plan.Source, found []plan.Answer) error {
	var wishes []Wish
	var at []int
	for i, a := range found {
		if repository, ok := privateRepository(a.Err); ok && s.review.Private != nil {
			wishes, at = append(wishes, Wish{repository, wanted[i]}), append(at, i)
		}
	}
	if len(wishes) == 0 {
		return nil
	}
	permits, err := s.review.Private(ctx, wishes)
	if err != nil {
		return fmt.Errorf("private sources: %w", err)
	}
	if len(permits) != len(wishes) {
		return fmt.Errorf("%d private sources were asked for, %d answered", len(wishes), len(permits))
	}
	var grants []Grant
	var again []plan.Source
	var granted []int
	for j, p := range permits {
		i := at[j]
		if p.Refused != nil {
			found[i].Err = p.Refused
			continue
		}
		grants, again, granted = append(grants, Grant{wishes[j], p.Token}), append(again, wanted[i]), append(granted, i)
	}
	if len(again) == 0 {
		return nil
	}
	answers, err := s.ask(ctx, again, grants)
	for j, a := range answers {
		found[granted[j]] = a
	}
	return err
}

// privateRepository is the repository of GitHub that a refusal is about.
func privateRepository(err error) (string, bool) {
	var why *plan.SourceError
	if !errors.As(err, &why) || why.Why != plan.SourcePrivate {
		return "", false
	}
	return strings.CutPrefix(why.Subject, "github.com/")
}

// read finds the content of an answer. What only some may read is not used unless it
// was granted, or is the reviewed repository itself, which the same people read.
func (s *Session) read(ctx context.Context, a Answer, of plan.Source, grants []Grant) (plan.Answer, error) {
	if a.Refused != nil {
		return plan.Answer{Err: (*plan.SourceError)(a.Refused)}, nil
	}
	p := a.Package
	switch {
	case strings.EqualFold(p.Private, s.review.Repository):
		p.Private = ""
	case p.Private != "" && !slices.ContainsFunc(grants, func(g Grant) bool { return g.about(p.Private, of) }):
		return plan.Answer{Err: &plan.SourceError{Why: plan.SourcePrivate, Subject: p.Private, Private: p.Private,
			Text: "content that only some may read is not used here"}}, nil
	}
	tree := s.trees[a.key()]
	if tree == nil {
		packed, err := s.client.Store.Get(ctx, a.key())
		if err != nil {
			return plan.Answer{}, err
		}
		if tree, err = content.Load(packed, s.client.Limits); err != nil {
			return plan.Answer{}, err
		}
		if tree.Root.ID() != a.Tree {
			return plan.Answer{}, fmt.Errorf("kept content has the id %s, want %s", tree.Root.ID(), a.Tree)
		}
		s.trees[a.key()] = tree
	}
	p.Tree = fs.FS(tree)
	return plan.Answer{Package: p}, nil
}
