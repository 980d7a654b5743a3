//go:build !linux

package apart

import "os/exec"

// confine: the child ends when its input does.
func confine(*exec.Cmd) {}
