package render

import (
	"os"
	"os/exec"
	"strings"
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

// confineSelf lowers the limits of the child's own process. That of writable
// private memory ends what takes more than memory at once, however large the
// step; the rest is for the program itself. A limit that the host does not let
// us set is not relied on.
func confineSelf(memory int64) {
	const program = 128 << 20
	for resource, limit := range map[int]uint64{
		syscall.RLIMIT_DATA:  uint64(memory) + program,
		syscall.RLIMIT_CORE:  0,
		syscall.RLIMIT_FSIZE: 0,
	} {
		_ = syscall.Setrlimit(resource, &syscall.Rlimit{Cur: limit, Max: limit})
	}
}

// memoryIsShared: the kernel refuses memory where other processes have it, so
// that to be refused does not mean to have reached a limit of one's own
// (proc_sys_vm(5), overcommit_memory 2).
func memoryIsShared() bool {
	mode, err := os.ReadFile("/proc/sys/vm/overcommit_memory")
	return err != nil || strings.TrimSpace(string(mode)) == "2"
}
