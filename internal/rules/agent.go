package rules

// Kind says what an automated account does. The zero value is invalid.
type Kind string

const (
	CodingAgent Kind = "agent"      // writes changes on request
	Automation  Kind = "automation" // makes changes of one kind by itself: Dependabot, Renovate
	Reviewer    Kind = "reviewer"   // comments only; counts as an agent when it does open a pull request
)

// Agent is what made a change, as far as signals tell.
type Agent struct {
	// Name is the agent's name in rules/agents.yaml, or the bot's login.
	Name string
	Kind Kind
	// Requesters are the logins that the agent's own text names as the
	// people who asked for the change. They can be forged.
	Requesters []string
}
