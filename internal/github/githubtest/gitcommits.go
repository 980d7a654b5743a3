package githubtest

import (
	"bytes"
	"fmt"
	"strings"
)

// Person is the author and committer of a commit, as its text says.
type Person struct{ Name, Email string }

// CommitOf describes a commit to make.
type CommitOf struct {
	Files   Files
	Parents []string
	Message string
	Author  Person
	// Committer is the author where it is zero.
	Committer Person
}

// Commit writes a commit and returns its id. Its dates are fixed: nothing may
// depend on them.
func (g *Git) Commit(c CommitOf) string {
	return g.commitTree(g.Tree(c.Files), c)
}

func (g *Git) commitTree(tree string, c CommitOf) string {
	if c.Author == (Person{}) {
		c.Author = Person{"Dana", "dana@example.com"}
	}
	if c.Committer == (Person{}) {
		c.Committer = c.Author
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "tree %s\n", tree)
	for _, p := range c.Parents {
		fmt.Fprintf(&b, "parent %s\n", p)
	}
	fmt.Fprintf(&b, "author %s <%s> 1700000000 +0000\ncommitter %s <%s> 1700000000 +0000\n\n%s\n",
		c.Author.Name, c.Author.Email, c.Committer.Name, c.Committer.Email, c.Message)
	return g.object("commit", b.Bytes())
}

// commit is a commit as it is read back.
type commit struct {
	id, tree          string
	parents           []string
	author, committer Person
	message           string
}

// commit reads a commit, nil where id is none.
func (g *Git) commit(id string) *commit {
	kind, content := g.read(id)
	if kind != "commit" {
		return nil
	}
	head, message, _ := strings.Cut(string(content), "\n\n")
	c := &commit{id: id, message: strings.TrimSuffix(message, "\n")}
	for _, line := range strings.Split(head, "\n") {
		key, value, _ := strings.Cut(line, " ")
		switch key {
		case "tree":
			c.tree = value
		case "parent":
			c.parents = append(c.parents, value)
		case "author":
			c.author = person(value)
		case "committer":
			c.committer = person(value)
		}
	}
	return c
}

func person(line string) Person {
	name, rest, _ := strings.Cut(line, " <")
	email, _, _ := strings.Cut(rest, ">")
	return Person{name, email}
}

// treeOf gives the tree of a commit or tree id.
func (g *Git) treeOf(id string) string {
	switch kind, _ := g.read(id); kind {
	case "tree":
		return id
	case "commit":
		return g.commit(id).tree
	}
	return ""
}

// mergeBase is the merge base of two commits, "" where there is none.
func (g *Git) mergeBase(a, b string) string {
	out, err := g.run("merge-base", a, b)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(out)
}

// between lists the commits of head that base has not, oldest first.
func (g *Git) between(base, head string) []string {
	out, err := g.run("rev-list", "--topo-order", "--reverse", head, "^"+base)
	if err != nil {
		g.t.Errorf("githubtest: %v", err)
	}
	return strings.Fields(out)
}

// merge makes the commit that merges head into base, "" on a conflict.
func (g *Git) merge(base, head, message string) string {
	out, err := g.run("merge-tree", "--write-tree", base, head)
	tree := strings.TrimSpace(out)
	if err != nil || len(tree) != 40 {
		return ""
	}
	return g.commitTree(tree, CommitOf{Parents: []string{base, head}, Message: message, Author: Person{"GitHub", "noreply@github.com"}})
}

// Merge makes the commit that merges head into base; it fails the test on a
// conflict.
func (g *Git) Merge(base, head string) string {
	id := g.merge(base, head, fmt.Sprintf("Merge %s into %s", head, base))
	if id == "" {
		g.t.Fatalf("githubtest: %s and %s do not merge", base, head)
	}
	return id
}

// TryMerge makes the commit that merges head into base; ok is false on a
// conflict.
func (g *Git) TryMerge(base, head string) (id string, ok bool) {
	id = g.merge(base, head, fmt.Sprintf("Merge %s into %s", head, base))
	return id, id != ""
}

// Ahead reports whether head has commits that base has not: GitHub opens no
// pull request without any.
func (g *Git) Ahead(base, head string) bool { return len(g.between(base, head)) > 0 }
