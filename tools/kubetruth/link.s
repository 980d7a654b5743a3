// The file lets main.go's package have functions without a body: they are
// those of k8s.io/kubernetes that go:linkname names in oracle.go.
