package render

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// confine sets what the kernel does for a child: it dies with its parent and,
// when isolated, stands in an empty network as nobody.
func confine(cmd *exec.Cmd, isolated bool) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if isolated {
		cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET
	}
}

// dataLimit is the size of writable private memory. It stops one huge
// allocation at once, before the watchdog could see it.
const dataLimit = 1 << 30

// confineSelf lowers the limits of the child's own process. A limit that the
// host does not let us set is not relied on.
func confineSelf() {
	for resource, limit := range map[int]uint64{
		syscall.RLIMIT_DATA:  dataLimit,
		syscall.RLIMIT_CORE:  0,
		syscall.RLIMIT_FSIZE: 0,
	} {
		_ = syscall.Setrlimit(resource, &syscall.Rlimit{Cur: limit, Max: limit})
	}
}

// residentSize reads the memory of a process in bytes (proc_pid_statm(5),
// second field, in pages).
func residentSize(pid int) (int64, bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0, false
	}
	fields := bytes.Fields(text)
	if len(fields) < 2 {
		return 0, false
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return 0, false
	}
	return pages * int64(os.Getpagesize()), true
}
