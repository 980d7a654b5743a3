//go:build !linux

package render

import (
	"os"
	"os/exec"
	"runtime/metrics"
	"time"
)

// confine has nothing to add outside Linux.
func confine(*exec.Cmd, bool) {}

// selfLimit is what a child allows itself where nobody else can watch it.
const selfLimit = 512 << 20

// confineSelf watches the child from inside, because there is no portable way
// to read the size of another process.
func confineSelf() {
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		for range time.Tick(pause) {
			metrics.Read(sample)
			if sample[0].Value.Uint64() > selfLimit {
				os.Stderr.WriteString("out of memory\n")
				os.Exit(2)
			}
		}
	}()
}

func residentSize(int) (int64, bool) { return 0, false }

func processorTime(int) (time.Duration, bool) { return 0, false }
