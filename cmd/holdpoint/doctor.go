package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/appmanifest"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
)

// doctorCommand looks at an installation from outside.
type doctorCommand struct {
	Repository string `arg:"" help:"The repository, OWNER/REPO." placeholder:"OWNER/REPO"`
	Branch     string `help:"The branch whose rules are checked. Default: the default branch." placeholder:"NAME"`
	AppID      int64  `help:"The App's numeric id." env:"HOLDPOINT_APP_ID" required:"" placeholder:"ID"`
	KeyFile    string `help:"File with the App's private key." env:"HOLDPOINT_APP_KEY_FILE" required:"" placeholder:"FILE"`
	GithubURL  string `help:"Where people see GitHub. Default: ${default}." env:"HOLDPOINT_GITHUB_URL" default:"https://github.com" placeholder:"URL"`
}

// verdict of one point that was looked at. The zero value is invalid.
type pointResult string

const (
	pointOK   pointResult = "ok"
	pointWarn pointResult = "warn"
	pointFail pointResult = "FAIL"
)

// point is one thing that was looked at.
type point struct {
	result pointResult
	what   string // one line
	todo   string // what to do; empty where it is well
}

// Run looks at everything and prints one line for each point.
func (c *doctorCommand) Run(a *app) error {
	owner, name, ok := strings.Cut(c.Repository, "/")
	if !ok || owner == "" || name == "" || strings.Contains(name, "/") {
		return fmt.Errorf("%w: %q is no repository; want OWNER/REPO", errUsage, c.Repository)
	}
	if err := checkGitHubURL(c.GithubURL); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	key, err := os.ReadFile(c.KeyFile)
	if err != nil {
		return fmt.Errorf("%w: read the App's key: %w", errUsage, err)
	}
	client, err := api.New(api.Config{AppID: c.AppID, PrivateKey: key, WebURL: webURL(c.GithubURL), Now: time.Now})
	if err != nil {
		return err
	}
	d := doctor{app: client, owner: owner, repo: name, branch: c.Branch, id: c.AppID, now: time.Now}
	d.examine(a.ctx)
	return report(a.stdout, d.points)
}

// webURL is empty for github.com, whose other addresses do not follow from it.
func webURL(address string) string {
	if address = strings.TrimRight(address, "/"); address == "https://github.com" {
		return ""
	}
	return address
}

func report(w io.Writer, points []point) error {
	failed := 0
	for _, p := range points {
		if p.result == pointFail {
			failed++
		}
		fmt.Fprintf(w, "%-4s  %s\n", p.result, p.what)
		if p.todo != "" {
			fmt.Fprintf(w, "      -> %s\n", p.todo)
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d checks fail", failed, len(points))
	}
	_, err := fmt.Fprintf(w, "All %d checks pass. An App cannot see who may bypass the rules: check that in the "+
		"ruleset.\n", len(points))
	return err
}

// doctor collects points.
type doctor struct {
	app         *api.App
	owner, repo string
	branch      string
	id          int64
	now         func() time.Time
	points      []point
}

func (d *doctor) ok(format string, args ...any) {
	d.points = append(d.points, point{pointOK, fmt.Sprintf(format, args...), ""})
}

func (d *doctor) fail(todo, format string, args ...any) {
	d.points = append(d.points, point{pointFail, fmt.Sprintf(format, args...), todo})
}

func (d *doctor) warn(todo, format string, args ...any) {
	d.points = append(d.points, point{pointWarn, fmt.Sprintf(format, args...), todo})
}

// failed notes an error of GitHub's and reports whether there was one.
func (d *doctor) failed(err error, what string) bool {
	if err != nil {
		d.fail("see the error; doctor can be run again at any time", "%s: %v", what, err)
	}
	return err != nil
}

func (d *doctor) examine(ctx context.Context) {
	registration, err := d.app.Registration(ctx)
	if err != nil {
		d.fail("check HOLDPOINT_APP_ID and the key: both are on the App's settings page on GitHub; a key that was removed there does not "+
			"work any more",
			"GitHub does not know the App with this key: %v", err)
		return
	}
	d.ok("the key is that of App %d, %s", d.id, registration.Slug)
	settings := registration.HTMLURL
	d.compare("the App", registration.Permissions, registration.Events,
		"set them on the App's settings page ("+settings+"), then let the owner of each installation accept them")
	d.hook(ctx)
	d.installation(ctx)
}

// compare checks permissions and events.
func (d *doctor) compare(who string, permissions map[string]string, events []string, todo string) {
	if lacking := appmanifest.LackingPermissions(permissions); len(lacking) > 0 {
		d.fail(todo, "%s lacks permissions: %s", who, strings.Join(lacking, ", "))
	} else {
		d.ok("%s has the permissions it needs", who)
	}
	if permissions["contents"] == "write" {
		d.warn("take it back to read: an App that may push could merge, and its reviews would count as approvals", "%s may write contents", who)
	}
	if lacking := appmanifest.LackingEvents(events); len(lacking) > 0 {
		d.fail(todo, "%s is not subscribed to %s", who, strings.Join(lacking, ", "))
	} else {
		d.ok("%s is subscribed to every event it needs", who)
	}
}

// recent is how far back deliveries are looked at.
const recent = 24 * time.Hour

// hook checks the webhook: how it is set up, whether somebody answers there,
// and what became of the last deliveries.
func (d *doctor) hook(ctx context.Context) {
	hook, err := d.app.Hook(ctx)
	if d.failed(err, "the webhook cannot be read") {
		return
	}
	switch {
	case hook.URL == "":
		d.fail("set the URL of the service on the App's settings page", "the App has no webhook URL")
		return
	case hook.Secret == "":
		d.fail("set the secret of the service on the App's settings page", "the webhook has no secret, so anybody could send events")
	case hook.ContentType != "json":
		d.fail("choose application/json on the App's settings page", "the webhook's content type is %q", hook.ContentType)
	case hook.Insecure():
		d.fail("enable SSL verification on the App's settings page", "GitHub does not check the certificate of the webhook")
	default:
		d.ok("the webhook is set up: %s", hook.URL)
	}
	d.reach(ctx, hook.URL)
	d.deliveries(ctx)
}

// reach posts something without a signature. Holdpoint refuses it, and by that
// is known.
func (d *doctor) reach(ctx context.Context, address string) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	const todo = "check the URL on the App's settings page and that the service runs; from this machine it may also be a firewall"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader("{}"))
	if d.failed(err, "the webhook URL is not usable") {
		return
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		d.fail(todo, "nothing answers at %s: %v", address, err)
		return
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if resp.StatusCode != http.StatusUnauthorized || !strings.Contains(string(text), webhooks.ErrSignature.Error()) {
		d.fail(todo, "%s answers %d, and is not Holdpoint", address, resp.StatusCode)
		return
	}
	d.ok("Holdpoint answers at %s", address)
}

func (d *doctor) deliveries(ctx context.Context) {
	all, whole, err := d.app.HookDeliveries(ctx, d.now().Add(-recent))
	if d.failed(err, "the webhook's deliveries cannot be read") {
		return
	}
	taken, last := map[string]bool{}, map[string]int{}
	for _, h := range all {
		taken[h.GUID] = taken[h.GUID] || h.OK()
		if _, known := last[h.GUID]; !known {
			last[h.GUID] = h.StatusCode
		}
	}
	codes := map[int]int{}
	lost := 0
	for guid, ok := range taken {
		if !ok {
			lost++
			codes[last[guid]]++
		}
	}
	more := ""
	if !whole {
		more = " at least"
	}
	switch {
	case len(taken) == 0:
		d.warn("open a pull request and run doctor again", "GitHub has delivered nothing in the last %s", recent)
	case lost > 0:
		d.fail(deliveryAdvice(codes), "%d of%s %d events of the last %s were never accepted", lost, more, len(taken), recent)
	default:
		d.ok("all%s %d events of the last %s were accepted", more, len(taken), recent)
	}
}

func deliveryAdvice(codes map[int]int) string {
	var seen []int
	for code := range codes {
		seen = append(seen, code)
	}
	slices.Sort(seen)
	switch {
	case codes[http.StatusUnauthorized] > 0:
		return "the secret of the service is not the one on the App's settings page (answer 401); set both to the same, then redeliver"
	case codes[0] > 0:
		return "the service did not answer in time; look at its log, then redeliver on the App's settings page (Advanced), or wait for the sweep"
	default:
		return fmt.Sprintf("the service answered %v; look at its log, then redeliver on the App's settings page (Advanced), or wait for the "+
			"sweep", seen)
	}
}
