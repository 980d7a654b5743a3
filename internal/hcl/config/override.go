package config

import "strings"

// override lays the blocks of one override file over the others. What is to be
// overridden must exist (Terraform internal/configs/module.go, mergeFile).
func (d *decoder) override(blocks, file []*rawBlock) []*rawBlock {
	for _, b := range file {
		if b.kind == "locals" {
			blocks = d.overrideLocals(blocks, b)
			continue
		}
		found := false
		for i, base := range blocks {
			if base.kind == b.kind && sameLabels(base, b) {
				merged := *base
				merged.body, merged.override = merge(base.body, b.body), true
				blocks[i], found = &merged, true
				break
			}
		}
		switch {
		case found:
		case b.kind == "terraform" || b.kind == "provider" || b.kind == "check":
			blocks = append(blocks, b)
		default:
			name := strings.Join(b.labels, ".")
			d.problem(b.header, name, "Missing resource to override: no %s %q is declared in this module", b.kind, name)
		}
	}
	return blocks
}

func sameLabels(a, b *rawBlock) bool {
	if len(a.labels) != len(b.labels) {
		return false
	}
	for i := range a.labels {
		if a.labels[i] != b.labels[i] {
			return false
		}
	}
	return a.kind != "provider" || alias(a) == alias(b)
}

func (d *decoder) overrideLocals(blocks []*rawBlock, over *rawBlock) []*rawBlock {
	for _, a := range over.body.sorted() {
		found := false
		for i, base := range blocks {
			if base.kind == "locals" && base.body.attrs[a.name] != nil {
				merged := *base
				merged.body = &rawBody{attrs: map[string]*rawAttr{}}
				for k, v := range base.body.attrs {
					merged.body.attrs[k] = v
				}
				merged.body.attrs[a.name] = a
				blocks[i], found = &merged, true
			}
		}
		if !found {
			d.problem(a.rng, "local."+a.name, "Missing local value to override: there is no local value %q", a.name)
		}
	}
	return blocks
}
