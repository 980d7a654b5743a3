package rules

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/rules/command"
	"github.com/holdpoint-dev/holdpoint/internal/rules/losses"
	"github.com/holdpoint-dev/holdpoint/internal/rules/recovery"
	packs "github.com/holdpoint-dev/holdpoint/rules"
)

// Set is everything that judges: rules, types, guards and agents. It is
// immutable and safe for concurrent use.
type Set struct {
	rules  []*Rule
	types  typeTable
	guards []guard
	losses *losses.Table
	// recovery says what comes back of what is destroyed.
	recovery *recovery.Table
	// commands are those that destroy, wherever they stand.
	commands *command.Table
	agents   []agentRecord
	retired  []string
	digest   string
}

// Digest names the packs' bytes: equal digests judge alike.
func (s *Set) Digest() string { return s.digest }

// Losses says what updates in place and creations take away.
func (s *Set) Losses() plan.Losses { return s.losses.Of }

// LossRows are the records behind Losses, in the order of the packs.
func (s *Set) LossRows() []losses.Row { return s.losses.Rows() }

// Rules returns the records in the order of the packs.
func (s *Set) Rules() []Rule {
	out := make([]Rule, len(s.rules))
	for i, r := range s.rules {
		out[i] = *r
	}
	return out
}

// pack is one file of rules/*.yaml. A file holds one of the lists.
type pack struct {
	Rules   []*Rule       `yaml:"rules"`
	Guards  []guard       `yaml:"guards"`
	Agents  []agentRecord `yaml:"agents"`
	Retired []string      `yaml:"retired"`
}

// Load reads the built-in packs. It fails on the first record that is not
// sound, with its file and id.
func Load() (*Set, error) { return load(packs.Packs) }

func load(files fs.FS) (*Set, error) {
	s := &Set{types: newTypeTable(), losses: losses.NewTable(), recovery: recovery.NewTable(), commands: &command.Table{}}
	env, err := newEnv()
	if err != nil {
		return nil, err
	}
	names, err := packNames(files)
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read pack %s: %w", name, err)
		}
		fmt.Fprintf(sum, "%s %d\n%s", name, len(data), data)
		if path.Dir(name) == "types" {
			if err := s.addTypes(name, data); err != nil {
				return nil, err
			}
			continue
		}
		if path.Dir(name) == "losses" {
			if err := s.losses.Add(name, data); err != nil {
				return nil, err
			}
			continue
		}
		if path.Dir(name) == "recovery" {
			if err := s.recovery.Add(name, data); err != nil {
				return nil, err
			}
			continue
		}
		if path.Dir(name) == "commands" {
			if err := s.addCommands(name, data); err != nil {
				return nil, err
			}
			continue
		}
		var p pack
		if err := decodeStrict(data, &p); err != nil {
			return nil, fmt.Errorf("read pack %s: %w", name, err)
		}
		for _, r := range p.Rules {
			if err := r.ready(env); err != nil {
				return nil, fmt.Errorf("%s: rule %s: %w", name, r.ID, err)
			}
		}
		for _, g := range p.Guards {
			if err := g.check(); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
		for i := range p.Agents {
			if err := p.Agents[i].ready(); err != nil {
				return nil, fmt.Errorf("%s: agent %s: %w", name, p.Agents[i].Name, err)
			}
		}
		s.rules = append(s.rules, p.Rules...)
		s.guards = append(s.guards, p.Guards...)
		s.agents = append(s.agents, p.Agents...)
		s.retired = append(s.retired, p.Retired...)
	}
	for _, r := range s.rules {
		if r.Commands != "" && len(r.Paths) == 0 {
			r.Paths = s.commands.Paths(r.Commands)
		}
	}
	s.digest = hex.EncodeToString(sum.Sum(nil))
	return s, s.checkIDs()
}

func packNames(files fs.FS) ([]string, error) {
	var names []string
	for _, pattern := range []string{"*.yaml", "types/*.yaml", "losses/*.yaml", "recovery/*.yaml", "commands/*.yaml"} {
		found, err := fs.Glob(files, pattern)
		if err != nil {
			return nil, fmt.Errorf("list packs: %w", err)
		}
		names = append(names, found...)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("list packs: there are none")
	}
	return names, nil
}

func (s *Set) addTypes(name string, data []byte) error {
	var f typeFile
	if err := decodeStrict(data, &f); err != nil {
		return fmt.Errorf("read pack %s: %w", name, err)
	}
	return s.types.add(name, f)
}

// lost finds what is lost with the object of a change. A copy of what other
// resources hold is no data: others rely on it all the same.
func (s *Set) lost(c *plan.Change) (loss TypeLoss, listed bool) {
	loss, listed = s.types.lost(c)
	if loss.Loss == Data && c.Action.Destroys() && s.recovery.IsCopy(c) {
		loss.Loss = Identity
	}
	return loss, listed
}

func (s *Set) addCommands(name string, data []byte) error {
	var f command.File
	if err := decodeStrict(data, &f); err != nil {
		return fmt.Errorf("read pack %s: %w", name, err)
	}
	if err := s.commands.Add(f); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (s *Set) checkIDs() error {
	seen := map[string]bool{}
	for _, r := range s.rules {
		if seen[r.ID] {
			return fmt.Errorf("rule %s is defined twice", r.ID)
		}
		if slices.Contains(s.retired, r.ID) {
			return fmt.Errorf("rule %s has the id of a retired one", r.ID)
		}
		seen[r.ID] = true
	}
	return nil
}

// decodeStrict reads one YAML document and refuses unknown keys and anything
// behind the document.
func decodeStrict(data []byte, into any) error {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(into); err != nil {
		return err
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return fmt.Errorf("more than one document")
	}
	return nil
}
