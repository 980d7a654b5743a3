package githubtest

import (
	"slices"
	"strings"
)

// AddLabel sets a label, made on first use. via is the slug of an app that
// acts for the account, "" for none.
func (p *Pull) AddLabel(name string, by *User, via string) {
	p.lock(func(s *Server) {
		l := p.repo.labels[strings.ToLower(name)]
		if l == nil {
			l = &Label{ID: s.id(), Name: name, Created: s.tick(), Updated: s.now}
			p.repo.labels[strings.ToLower(name)] = l
		}
		p.labels = append(p.labels, l)
		p.timeline = append(p.timeline, event{id: s.id(), kind: "labeled", actor: by, at: p.touch(), label: l, name: l.Name, app: via})
		s.deliver("pull_request", p.payload("labeled", by, object{"label": l.json(p.repo)}))
	})
}

// RemoveLabel takes a label off.
func (p *Pull) RemoveLabel(name string, by *User) {
	p.lock(func(s *Server) { p.unlabel(name, by) })
}

func (p *Pull) unlabel(name string, by *User) bool {
	i := slices.IndexFunc(p.labels, func(l *Label) bool { return strings.EqualFold(l.Name, name) })
	if i < 0 {
		return false
	}
	l, s := p.labels[i], p.repo.server
	p.labels = slices.Delete(p.labels, i, i+1)
	p.timeline = append(p.timeline, event{id: s.id(), kind: "unlabeled", actor: by, at: p.touch(), label: l, name: l.Name})
	s.deliver("pull_request", p.payload("unlabeled", by, object{"label": l.json(p.repo)}))
	return true
}

// Toggle sets a label and takes it off so often that its history gets so many
// events. Their deliveries are lost.
func (p *Pull) Toggle(name string, by *User, events int) {
	p.lock(func(s *Server) {
		l := &Label{ID: s.id(), Name: name, Created: s.tick(), Updated: s.now}
		for i := range events {
			kind := "labeled"
			if i%2 == 1 {
				kind = "unlabeled"
			}
			if i%20 == 0 {
				p.touch()
			}
			p.timeline = append(p.timeline, event{id: s.id(), kind: kind, actor: by, at: s.now, label: l, name: name})
		}
	})
}

// RenameLabel renames a label of the repository.
func (r *Repo) RenameLabel(from, to string, by *User) {
	s := r.server
	s.mu.Lock()
	defer s.mu.Unlock()
	l := r.labels[strings.ToLower(from)]
	delete(r.labels, strings.ToLower(from))
	r.labels[strings.ToLower(to)] = l
	l.Name, l.Updated = to, s.tick()
	s.deliver("label", r.labelPayload("edited", l, by, object{"name": object{"from": from}}))
}

// DeleteLabel deletes a label of the repository; it comes off every pull
// request without a delivery of its own.
func (r *Repo) DeleteLabel(name string, by *User) {
	s := r.server
	s.mu.Lock()
	defer s.mu.Unlock()
	l := r.labels[strings.ToLower(name)]
	delete(r.labels, strings.ToLower(name))
	for _, p := range r.pulls {
		p.labels = slices.DeleteFunc(p.labels, func(x *Label) bool { return x == l })
	}
	s.tick()
	s.deliver("label", r.labelPayload("deleted", l, by, nil))
}

// HasLabel reports whether a label stands on the pull request.
func (p *Pull) HasLabel(name string) (has bool) {
	p.lock(func(*Server) {
		has = slices.ContainsFunc(p.labels, func(l *Label) bool { return strings.EqualFold(l.Name, name) })
	})
	return has
}

// HasLabel reports whether the repository has a label.
func (r *Repo) HasLabel(name string) bool {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	return r.labels[strings.ToLower(name)] != nil
}
