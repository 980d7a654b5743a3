package gitlocal

import "io/fs"

// Tree returns the tree of a revision.
func (r *Repository) Tree(rev string) (fs.FS, error) {
	c, err := r.resolve(rev)
	if err != nil {
		return nil, err
	}
	return r.objects.revision(c.tree), nil
}
