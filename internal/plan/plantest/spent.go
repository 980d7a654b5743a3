package plantest

import "runtime"

// Spent is what the whole process allocates while something runs, freed or not.
// Unlike seconds and the size of the process it is the same on every machine,
// but for what the libraries keep between calls.
type Spent struct{ Bytes, Objects uint64 }

// Spend runs something and tells what that allocated.
func Spend(run func()) Spent {
	var was, is runtime.MemStats
	runtime.ReadMemStats(&was)
	run()
	runtime.ReadMemStats(&is)
	return Spent{is.TotalAlloc - was.TotalAlloc, is.Mallocs - was.Mallocs}
}

// Live is what the process holds, in bytes, once what nobody refers to has been
// collected.
func Live() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
