package githubtest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v4"
)

// token is an installation access token.
type token struct {
	expires time.Time
	// repos limits what it sees; empty is everything installed.
	repos map[int64]bool
}

func (t token) sees(r *Repo) bool { return r.Installed && (len(t.repos) == 0 || t.repos[r.ID]) }

// maxJWT is the longest life of an app's JWT (docs.github.com, "Generating a
// JSON Web Token for a GitHub App": 10 minutes).
const maxJWT = 10 * time.Minute

// checkJWT verifies what an app signs itself: RS256 with its key, issued by
// its id, in its time. The clock is the machine's: so is the client's.
func (s *Server) checkJWT(header string) error {
	text, ok := strings.CutPrefix(header, "Bearer ")
	if !ok {
		return refusal("A JSON web token could not be decoded")
	}
	var claims jwt.RegisteredClaims
	_, err := jwt.ParseWithClaims(text, &claims, func(t *jwt.Token) (any, error) { return &s.key.PublicKey, nil },
		jwt.WithValidMethods([]string{"RS256"}))
	switch {
	case err != nil:
		return refusal("A JSON web token could not be decoded: " + err.Error())
	case claims.Issuer != strconv.Itoa(AppID):
		return refusal("'Issuer' claim ('iss') must be the app's id")
	case claims.IssuedAt == nil || claims.IssuedAt.After(time.Now()):
		return refusal("'Issued at' claim ('iat') must be in the past")
	case claims.ExpiresAt == nil || time.Until(claims.ExpiresAt.Time) > maxJWT:
		return refusal("'Expiration time' claim ('exp') is too far in the future")
	}
	return nil
}

// checkToken finds an installation token that has not expired.
func (s *Server) checkToken(header string) (token, bool) {
	text, ok := strings.CutPrefix(header, "token ")
	if !ok {
		text, ok = strings.CutPrefix(header, "Bearer ")
	}
	t, known := s.tokens[text]
	return t, ok && known && s.now.Before(t.expires)
}

// TokenSees reports whether a token that was handed out may see a repository.
func (s *Server) TokenSees(text, repository string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.repos[strings.ToLower(repository)]
	t, known := s.tokens[text]
	return known && r != nil && t.sees(r)
}

// ExpireTokens makes every token handed out so far invalid.
func (s *Server) ExpireTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens = map[string]token{}
}

func (s *Server) createToken(c call) answer {
	if c.PathValue("installation_id") != strconv.Itoa(Installation) {
		return notFound()
	}
	var in struct {
		Repositories  []string `json:"repositories"`
		RepositoryIDs []int64  `json:"repository_ids"`
	}
	if len(c.body) > 0 {
		if err := c.decode(&in); err != nil {
			return fail(http.StatusUnprocessableEntity, err.Error())
		}
	}
	t := token{expires: s.now.Add(time.Hour), repos: map[int64]bool{}}
	for _, id := range in.RepositoryIDs {
		if r := s.byID(id); r == nil || !r.Installed {
			return fail(http.StatusUnprocessableEntity,
				"There is at least one repository that does not exist or is not accessible to the parent installation.")
		}
		t.repos[id] = true
	}
	for _, name := range in.Repositories {
		found := false
		for _, r := range s.repos {
			if strings.EqualFold(r.name, name) && r.Installed {
				t.repos[r.ID], found = true, true
			}
		}
		if !found {
			return fail(http.StatusUnprocessableEntity,
				"There is at least one repository that does not exist or is not accessible to the parent installation.")
		}
	}
	text := fmt.Sprintf("ghs_%036d", s.id())
	s.tokens[text] = t
	return answer{status: http.StatusCreated, value: object{
		"token": text,
		// The client compares with the machine's clock.
		"expires_at":           stamp(time.Now().Add(time.Hour)),
		"permissions":          object{"contents": "read", "checks": "write", "pull_requests": "write", "metadata": "read", "members": "read"},
		"repository_selection": "selected",
	}}
}
