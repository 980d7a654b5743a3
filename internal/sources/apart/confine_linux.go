package apart

import (
	"os/exec"
	"syscall"
)

// confine lets the kernel end the child with its parent.
func confine(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
