package kube

import (
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
)

func (p *prediction) update(r *pair, old, now *entry)               {}
func (p *prediction) policy(r *pair)                                {}
func (p *prediction) cascades()                                     {}
func (p *prediction) ownedBy(before, after []object.Object) []*pair { return nil }
func (p *prediction) newOwned(known []*pair) []*pair                { return nil }
