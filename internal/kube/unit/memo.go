package unit

// memo keeps what was made of an object, for each content that it has: the same
// object is rendered by several kustomizations, with other patches in each.
type memo[T any] map[ownedKey][]kept[T]

type kept[T any] struct {
	from map[string]any
	made T
}

// of is what was made of an object with this content.
func (m memo[T]) of(key ownedKey, from map[string]any) (made T, ok bool) {
	for _, k := range m[key] {
		if sameValue(k.from, from) {
			return k.made, true
		}
	}
	return made, false
}

func (m memo[T]) keep(key ownedKey, from map[string]any, made T) {
	m[key] = append(m[key], kept[T]{from, made})
}
