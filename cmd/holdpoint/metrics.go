package main

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/holdpoint-dev/holdpoint/internal/service"
)

// prometheusMeter exports the service's metrics for Prometheus.
type prometheusMeter struct {
	registry *prometheus.Registry
	counters map[string]*prometheus.CounterVec
	gauges   map[string]*prometheus.GaugeVec
	seconds  map[string]*prometheus.HistogramVec
}

// metricsPrefix starts the name of every metric.
const metricsPrefix = "holdpoint_"

// secondsBuckets go from a webhook's answer to the longest review.
var secondsBuckets = []float64{.001, .0025, .005, .01, .02, .05, .1, .25, .5, 1, 2.5, 5, 10, 15, 30, 60}

func newPrometheus(queue *service.BoltQueue) *prometheusMeter {
	p := &prometheusMeter{registry: prometheus.NewRegistry(), counters: map[string]*prometheus.CounterVec{},
		gauges: map[string]*prometheus.GaugeVec{}, seconds: map[string]*prometheus.HistogramVec{}}
	p.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, m := range service.AllMetrics() {
		var labels []string
		if m.Label != "" {
			labels = []string{m.Label}
		}
		switch m.Kind {
		case service.Counter:
			p.counters[m.Name] = prometheus.NewCounterVec(prometheus.CounterOpts{Name: metricsPrefix + m.Name, Help: m.Help}, labels)
			p.registry.MustRegister(p.counters[m.Name])
		case service.Gauge:
			p.gauges[m.Name] = prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: metricsPrefix + m.Name, Help: m.Help}, labels)
			p.registry.MustRegister(p.gauges[m.Name])
		case service.Seconds:
			p.seconds[m.Name] = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: metricsPrefix + m.Name, Help: m.Help,
				Buckets: secondsBuckets}, labels)
			p.registry.MustRegister(p.seconds[m.Name])
		}
	}
	p.registry.MustRegister(&queueCollector{queue: queue})
	return p
}

// Add counts.
func (p *prometheusMeter) Add(m service.Metric, value float64, label ...string) {
	switch m.Kind {
	case service.Counter:
		p.counters[m.Name].WithLabelValues(label...).Add(value)
	case service.Gauge:
		p.gauges[m.Name].WithLabelValues(label...).Set(value)
	case service.Seconds:
		p.seconds[m.Name].WithLabelValues(label...).Observe(value)
	}
}

func (p *prometheusMeter) handler() http.Handler {
	return promhttp.HandlerFor(p.registry, promhttp.HandlerOpts{})
}

// queueCollector tells the state of the queue when it is asked.
type queueCollector struct{ queue *service.BoltQueue }

var (
	queueWaiting = prometheus.NewDesc(metricsPrefix+"queue_waiting", "Events that are not yet handled, those in work included.", nil, nil)
	queueWorking = prometheus.NewDesc(metricsPrefix+"queue_working", "Events in work.", nil, nil)
	queueDead    = prometheus.NewDesc(metricsPrefix+"queue_dead", "Failed jobs that wait for a person.", nil, nil)
	queueOldest  = prometheus.NewDesc(metricsPrefix+"queue_oldest_seconds", "Age of the event that waits longest.", nil, nil)
)

// Describe names the metrics.
func (c *queueCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{queueWaiting, queueWorking, queueDead, queueOldest} {
		ch <- d
	}
}

// Collect reads the queue.
func (c *queueCollector) Collect(ch chan<- prometheus.Metric) {
	s, err := c.queue.Stats()
	if err != nil {
		ch <- prometheus.NewInvalidMetric(queueWaiting, err)
		return
	}
	age := 0.0
	if !s.Oldest.IsZero() {
		age = max(time.Since(s.Oldest).Seconds(), 0)
	}
	for d, v := range map[*prometheus.Desc]float64{queueWaiting: float64(s.Waiting), queueWorking: float64(s.Working),
		queueDead: float64(s.Dead), queueOldest: age} {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v)
	}
}
