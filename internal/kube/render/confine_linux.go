package render

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
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

// ticks is USER_HZ, the unit of times in /proc, which is 100 on every
// architecture that Go supports (time(7), proc_pid_stat(5)).
const ticks = 100

// processorTime is the time that a process has spent on processors, the fields
// utime and stime (proc_pid_stat(5)).
func processorTime(pid int) (time.Duration, bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, false
	}
	// The name, in parentheses, may hold spaces.
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	if len(fields) < 13 {
		return 0, false
	}
	user, errUser := strconv.ParseInt(string(fields[11]), 10, 64)
	system, errSystem := strconv.ParseInt(string(fields[12]), 10, 64)
	return time.Duration(user+system) * time.Second / ticks, errUser == nil && errSystem == nil
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
