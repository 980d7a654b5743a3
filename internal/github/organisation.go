package github

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// organisation is the tree of the organisation's .github repository, nil
// where there is none that we may see. Its token is for that repository alone.
func (c *client) organisation(ctx context.Context, installation int64, o *objects) (fs.FS, error) {
	const name = ".github"
	if c.app.isAlone(installation) {
		return nil, nil
	}
	other, err := c.app.clientFor(scope{installation: installation, name: name}, c.owner, name)
	if err != nil {
		return nil, err
	}
	var out struct {
		Repository *struct {
			Object *struct {
				graphOID
			}
		}
	}
	query := "query Organisation($owner:String!,$name:String!){repository(owner:$owner,name:$name){object(expression:\"HEAD\"){__typename oid ...on Commit{tree{oid}}}}}"
	err = other.graphql(ctx, query, map[string]any{"owner": c.owner, "name": name}, &out)
	if missing(err) || (gone(err) && status(err) == http.StatusUnprocessableEntity) {
		c.app.setAlone(installation) // there is none, or the app is not installed on it
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read settings of the organisation: %w", err)
	}
	if out.Repository == nil || out.Repository.Object == nil || out.Repository.Object.Tree.id() == "" {
		return nil, nil // an empty repository
	}
	t := newTree(out.Repository.Object.Tree.id(), o)
	if _, err := t.ReadDir("."); err != nil {
		if err := other.fetchFolders(ctx, o); err != nil {
			return nil, fmt.Errorf("read settings of the organisation: %w", err)
		}
	}
	if e, err := t.Find("open", rules.SettingsPath); err == nil {
		o.want(e.entry)
		if err := other.fetchBlobs(ctx, o); err != nil {
			return nil, fmt.Errorf("read settings of the organisation: %w", err)
		}
	}
	return t, nil
}

// aloneFor is how long an organisation without settings is taken to have none.
const aloneFor = 10 * time.Minute

func (a *App) isAlone(installation int64) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	at, ok := a.alone[installation]
	return ok && a.config.Now().Sub(at) < aloneFor
}

func (a *App) setAlone(installation int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.alone[installation] = a.config.Now()
}
