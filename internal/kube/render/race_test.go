//go:build race

package render_test

// raceDetector takes memory of its own, and has sync.Pool drop a quarter of what
// it is given, at random: what is allocated is counted less exactly under it.
const raceDetector = true
