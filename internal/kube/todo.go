package kube

func (p *prediction) update(r *pair, old, now *entry) {}
func (p *prediction) policy(r *pair)                  {}
func (p *prediction) cascades()                       {}
