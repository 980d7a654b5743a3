package main

import (
	"log/slog"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/holdpoint-dev/holdpoint/internal/service"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
)

// role is what this process does. The zero value is invalid.
type role string

const (
	roleReceive role = "receive"
	roleWork    role = "work"
	roleSweep   role = "sweep"
	roleSources role = "sources"
)

// roles are those that there are.
const roles = "receive, work, sweep or sources"

// Variables that two roles have to agree on.
const (
	sourcesFunction = "HOLDPOINT_SOURCES_FUNCTION"
	sourcesBucket   = "HOLDPOINT_SOURCES_BUCKET"
)

// config is the whole configuration of a role. Fields that a role does not use
// are zero.
type config struct {
	Role  role
	Level slog.Level
	// QueueURL is the SQS FIFO queue, DeadLettersURL that of what was given up.
	QueueURL, DeadLettersURL string
	// WebhookSecret and AppKey are ARNs in Secrets Manager or of SSM
	// parameters.
	WebhookSecret, AppKey string
	App                   service.App
	// Budget is the time of one try of a job.
	Budget time.Duration
	// Every is the time between two sweeps.
	Every time.Duration
	// SourcesFunction fetches what repositories name and do not hold, and
	// SourcesBucket keeps it. Both are empty where nothing is fetched.
	SourcesFunction, SourcesBucket string
	// SourceHosts are those that may be asked.
	SourceHosts *fetch.Hosts
}

// Limits of HOLDPOINT_JOB_SECONDS. With the default, three tries and their
// pauses stay below a minute, which is what a job may delay the others of its
// repository.
const (
	defaultBudget = 15 * time.Second
	leastBudget   = 5 * time.Second
	mostBudget    = 300 * time.Second
)

// Limits of HOLDPOINT_SWEEP_MINUTES.
const (
	defaultEvery = 15 * time.Minute
	leastEvery   = 5 * time.Minute
	mostEvery    = 24 * time.Hour
)

// readConfig reads what the role needs and returns every error at once.
func readConfig(look func(string) (string, bool)) (config, error) {
	env := service.NewEnvironment(look)
	c := config{Role: role(env.Required("HOLDPOINT_ROLE", roles)), Level: env.Level("HOLDPOINT_LOG_LEVEL")}
	switch c.Role {
	case roleReceive:
		c.WebhookSecret = secretARN(env, "HOLDPOINT_WEBHOOK_SECRET_ARN")
		c.QueueURL = queueURL(env)
	case roleWork:
		c.AppKey = secretARN(env, "HOLDPOINT_APP_KEY_ARN")
		c.App = env.App()
		c.QueueURL = queueURL(env)
		c.DeadLettersURL = fifoURL(env, "HOLDPOINT_DEAD_LETTERS_URL", "the URL of the SQS FIFO queue for what is given up")
		c.Budget = env.Period("HOLDPOINT_JOB_SECONDS", time.Second, defaultBudget, leastBudget, mostBudget)
		c.SourcesFunction, c.SourcesBucket = env.Text(sourcesFunction, ""), env.Text(sourcesBucket, "")
		if (c.SourcesFunction == "") != (c.SourcesBucket == "") {
			env.Fail(sourcesFunction+" and "+sourcesBucket, "one of them is set; want both, or neither to fetch nothing")
		}
	case roleSweep:
		c.AppKey = secretARN(env, "HOLDPOINT_APP_KEY_ARN")
		c.App = env.App()
		c.QueueURL = queueURL(env)
		c.Every = env.Period("HOLDPOINT_SWEEP_MINUTES", time.Minute, defaultEvery, leastEvery, mostEvery)
	case roleSources:
		c.SourcesBucket = env.Required(sourcesBucket, "the name of the bucket that keeps what is fetched")
		c.SourceHosts = env.Hosts()
	case "":
	default:
		env.Fail("HOLDPOINT_ROLE", "is %q; want %s", string(c.Role), roles)
	}
	return c, env.Err()
}

func queueURL(env *service.Environment) string {
	return fifoURL(env, "HOLDPOINT_QUEUE_URL", "the URL of the SQS FIFO queue")
}

func fifoURL(env *service.Environment, name, what string) string {
	v := env.Required(name, what)
	if v == "" {
		return ""
	}
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || len(v) < 6 || v[len(v)-5:] != ".fifo" {
		env.Fail(name, "is %q; want the URL of a FIFO queue, which ends in .fifo", v)
	}
	return v
}

// secretARN is the ARN of a secret that readSecret can read.
func secretARN(env *service.Environment, name string) string {
	v := env.Required(name, "the ARN of a secret in Secrets Manager or of an SSM parameter")
	if v == "" {
		return ""
	}
	a, err := arn.Parse(v)
	if err != nil || (a.Service != "secretsmanager" && a.Service != "ssm") {
		env.Fail(name, "is %q; want arn:aws:secretsmanager:... or arn:aws:ssm:...:parameter/...", v)
	}
	return v
}
