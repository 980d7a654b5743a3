package service

// MetricKind says how a metric is added up. The zero value is invalid.
type MetricKind string

const (
	Counter MetricKind = "counter"
	Gauge   MetricKind = "gauge"
	Seconds MetricKind = "seconds" // a duration, as a distribution
)

// Metric is one series of numbers. Its name is without a prefix; exporters
// add theirs.
type Metric struct {
	Name, Help string
	Kind       MetricKind
	// Label is the name of the one label, empty for none. Its values come
	// from a closed set, never from a pull request.
	Label string
}

// Meter exports metrics. Add takes the value of the metric's label where it
// has one. It is safe for concurrent use.
type Meter interface {
	Add(m Metric, value float64, label ...string)
}

// The metrics of the service.
var (
	Events         = Metric{"events_total", "Webhook deliveries by result: accepted, ignored, refused, failed.", Counter, "result"}
	Dropped        = Metric{"connections_dropped_total", "Connections dropped: too many, or too large together.", Counter, ""}
	ReceiveSeconds = Metric{"receive_seconds", "Time to answer a webhook delivery.", Seconds, ""}
	Jobs           = Metric{"jobs_total", "Jobs by what became of them: done, retry, defer, bury.", Counter, "outcome"}
	WorkSeconds    = Metric{"work_seconds", "Time of one try of a job.", Seconds, ""}
	WaitSeconds    = Metric{"wait_seconds", "Time between the webhook and the first try of its job.", Seconds, ""}
	Reviews        = Metric{"reviews_total", "Published reviews by verdict: clear, released, overridden, held, sibling, broken, unreviewed.",
		Counter, "verdict"}
	Findings = Metric{"findings_total", "Findings that hold, by loss class.", Counter, "class"}
	Gaps     = Metric{"gaps_total", "What could not be determined, by kind.", Counter, "kind"}
	Calls    = Metric{"github_calls_total", "Calls to GitHub's API.", Counter, ""}
	Budget   = Metric{"github_budget_remaining", "Calls that GitHub still allows in this hour, as of the last answer.", Gauge, ""}
	Swept    = Metric{"swept_total", "What a sweep found missing: redelivered, unchecked, stale.", Counter, "found"}
)

// AllMetrics lists the metrics, for exporters that declare them.
func AllMetrics() []Metric {
	return []Metric{Events, Dropped, ReceiveSeconds, Jobs, WorkSeconds, WaitSeconds, Reviews, Findings, Gaps, Calls, Budget, Swept}
}
