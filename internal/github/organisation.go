package github

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/pull"
	"github.com/holdpoint-dev/holdpoint/internal/github/trees"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// organisation is the tree of the organisation's .github repository, nil
// where there is none that we may see. Its token is for that repository alone.
func (c *client) organisation(ctx context.Context, installation int64, o *trees.Objects) (fs.FS, error) {
	const name = ".github"
	if c.app.isAlone(installation) {
		return nil, nil
	}
	other, err := c.app.on(api.Scope{Installation: installation, Name: name}, c.Owner, name)
	if err != nil {
		return nil, err
	}
	var out struct {
		Repository *struct {
			Object *struct {
				pull.Object
			}
		}
	}
	query := "query Organisation($owner:String!,$name:String!){repository(owner:$owner,name:$name){object(expression:\"HEAD\"){__typename " +
		"oid ...on Commit{tree{oid}}}}}"
	err = other.GraphQL(ctx, query, map[string]any{"owner": c.Owner, "name": name}, &out)
	if api.Missing(err) || (api.NoAccess(err) && api.Status(err) == http.StatusUnprocessableEntity) {
		c.app.setAlone(installation) // there is none, or the app is not installed on it
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read settings of the organization: %w", err)
	}
	if out.Repository == nil || out.Repository.Object == nil || out.Repository.Object.Tree.ID() == "" {
		return nil, nil // an empty repository
	}
	t := trees.NewTree(out.Repository.Object.Tree.ID(), o)
	if _, err := t.ReadDir("."); err != nil {
		if err := other.fetcher().Folders(ctx, o); err != nil {
			return nil, fmt.Errorf("read settings of the organization: %w", err)
		}
	}
	if found, err := trees.WantFile(t, rules.SettingsPath); err == nil && found {
		if err := other.fetcher().Blobs(ctx, o); err != nil {
			return nil, fmt.Errorf("read settings of the organization: %w", err)
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
