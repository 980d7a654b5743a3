package githubtest

// Reviews returns copies of the reviews of an account.
func (p *Pull) Reviews(by *User) (out []Review) {
	p.lock(func(s *Server) {
		for _, r := range p.reviews {
			if r.Author == by {
				out = append(out, *r)
			}
		}
	})
	return out
}

// Inline returns copies of the review comments.
func (p *Pull) Inline() (out []Inline) {
	p.lock(func(s *Server) {
		for _, c := range p.inline {
			out = append(out, *c)
		}
	})
	return out
}

// Comments returns copies of the comments of an account.
func (p *Pull) Comments(by *User) (out []Comment) {
	p.lock(func(s *Server) {
		for _, c := range p.comments {
			if c.Author == by {
				out = append(out, *c)
			}
		}
	})
	return out
}

// Labels are the names of the labels that stand.
func (p *Pull) Labels() (out []string) {
	p.lock(func(s *Server) {
		for _, l := range p.labels {
			out = append(out, l.Name)
		}
	})
	return out
}

// Requested are the logins whose review is requested.
func (p *Pull) Requested() (out []string) {
	p.lock(func(s *Server) {
		for _, q := range p.requests {
			out = append(out, q.of.Login)
		}
	})
	return out
}
