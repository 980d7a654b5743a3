package trees

import "github.com/holdpoint-dev/holdpoint/internal/github/lru"

// Sizes of what is kept between jobs. A Lambda has 512 MB by default.
const (
	keptBlobs   = 96 << 20 // bytes
	keptFolders = 400_000  // entries of folders
)

// Cache keeps folders and blobs between jobs, by their ids: whoever changes the
// content changes the id. What is least used goes first.
type Cache struct {
	blobs   *lru.Map[string, []byte]
	folders *lru.Map[string, []entry]
}

// NewCache makes an empty one.
func NewCache() *Cache {
	return &Cache{
		blobs:   lru.New[string](keptBlobs, func(b []byte) int { return len(b) + 64 }),
		folders: lru.New[string](keptFolders, func(e []entry) int { return len(e) + 1 }),
	}
}
