package rules

// SettingsPath is the one place of a repository's settings, read from the base
// commit only. The organisation's default is the same path in its .github
// repository.
const SettingsPath = ".github/holdpoint.yaml"

// Settings are a repository's own rules. The zero Settings are not the default:
// Strict returns that.
//
// The tag `doc` is what the JSON Schema and the documentation say of a field.
type Settings struct {
	// Origin says where the settings come from, Problem what is wrong with
	// them. With a Problem everything is held: see Sound.
	Origin  Origin `yaml:"-"`
	Problem string `yaml:"-"`
	// checksLine is where Checks stand in the file.
	checksLine int `yaml:"-"`

	Version      int                 `yaml:"version" doc:"Version of this format: 1." required:"true" enum:"1"`
	Agents       AgentSettings       `yaml:"agents" doc:"Which accounts count as agents."`
	Enforce      Enforce             `yaml:"enforce" doc:"Whose changes wait, for each class of loss: agents, everyone or nobody."`
	Environments []Environment       `yaml:"environments" doc:"Names for parts of the repository. The first that matches a path gives it its name."`
	Rules        map[string]Severity `yaml:"rules" doc:"Severity of a rule by its id: note, warn or hold." enum:"note,warn,hold"`
	Approvals    []Approval          `yaml:"approvals" doc:"Who may release what; write access is the least it takes. Each finding takes every entry that fits it; where none fits, one person with write access."`
	Requester    Unknown             `yaml:"unknown_requester" doc:"What to do where a bot does not name who requested the change: raise (one more approval) or accept." enum:"raise,accept"`
	Unattributed Unattributed        `yaml:"unattributed" doc:"What to do with commits and pushes that cannot be traced to an account: raise (one more approval) or hold." enum:"raise,hold"`
	Override     Override            `yaml:"override" doc:"The label by which a maintainer releases a change in an emergency."`
	Checks       []Check             `yaml:"checks" doc:"Names of the check for patterns of base branches. Without an entry it is the branch's own name. Only the default branch may have this."`
	Exempt       []string            `yaml:"exempt" doc:"Paths that are not judged. They count only when every changed path of the pull request, old names included, is one of them, and take out what is about roots (folders applied as one) whose files all fit, and edits of the files themselves. What a root outside reads of them is judged. This file is never exempt." form:"pattern"`
	Terraform    TerraformSettings   `yaml:"terraform" doc:"What the repository itself does not contain about its Terraform roots."`
	Kubernetes   KubernetesSettings  `yaml:"kubernetes" doc:"What the repository itself does not contain about its Kubernetes folders."`
	Sources      SourceSettings      `yaml:"sources" doc:"What is read from other repositories. It counts on the default branch and in the settings of the organization alone."`
}

// Origin says where settings come from.
type Origin string

const (
	FromBase         Origin = "base"         // the repository's base commit
	FromOrganisation Origin = "organisation" // the organisation's .github repository
	FromDefault      Origin = "default"      // the built-in strict default
	FromTrial        Origin = "trial"        // a file that is tried on the command line
)

// Words say where the settings come from.
func (o Origin) Words() string {
	switch o {
	case FromBase:
		return SettingsPath + " of the base"
	case FromOrganisation:
		return SettingsPath + " of the organisation's .github repository"
	case FromTrial:
		return "the file that is tried"
	}
	return "the built-in default"
}

// Who says whose changes a loss class holds. The zero value is invalid.
type Who string

const (
	ByAgents   Who = "agents"
	ByEveryone Who = "everyone"
	ByNobody   Who = "nobody"
)

// Enforce holds one Who for each loss class.
type Enforce struct {
	Data     Who `yaml:"data" doc:"Data loss (irreversible). Default: everyone." enum:"agents,everyone,nobody"`
	Identity Who `yaml:"identity" doc:"Endpoint or identity changes that break consumers. Default: agents." enum:"agents,everyone,nobody"`
	Traffic  Who `yaml:"traffic" doc:"Outages. Default: agents." enum:"agents,everyone,nobody"`
	Capacity Who `yaml:"capacity" doc:"Resources that are recreated with nothing stored in them. Default: agents." enum:"agents,everyone,nobody"`
	None     Who `yaml:"none" doc:"Guard rails, and what could not be determined. Default: agents." enum:"agents,everyone,nobody"`
}

// AgentSettings shape who counts as an agent. They can widen the built-in
// table without bound, and narrow it only for named bot accounts.
type AgentSettings struct {
	Also   []User     `yaml:"also" doc:"Further accounts that count as agents." form:"user"`
	Exempt []ExemptOf `yaml:"exempt" doc:"Bot accounts that do not count as agents, for what they do. Every commit and every push of the head branch must be the account's own, or made by GitHub for it."`
}

// ExemptOf takes one bot account out of the agents while every change it makes
// stays inside Paths.
type ExemptOf struct {
	Login User     `yaml:"login" doc:"Login of a bot account, dependabot[bot] or dependabot[bot]#49699333 with its id." required:"true" form:"user"`
	Paths []string `yaml:"paths" doc:"The exemption holds only when every changed path, old names included, is one of these. Without it nothing is exempt." required:"true" form:"pattern"`
}

// Environment names a part of the repository and may enforce more in it.
type Environment struct {
	Name    string   `yaml:"name" doc:"Name that findings and approvals use." required:"true" form:"name"`
	Paths   []string `yaml:"paths" doc:"Folders and files that belong to it, as patterns: ** for any number of folders, * within one." required:"true" form:"pattern"`
	Enforce *Enforce `yaml:"enforce" doc:"Enforcement in this environment; what is not set is as outside it."`
}

// Approval says who may release the findings it fits.
type Approval struct {
	Loss         []Loss   `yaml:"loss" doc:"Loss classes it is for. Without it, all." enum:"data,identity,traffic,capacity,none"`
	Paths        []string `yaml:"paths" doc:"Places it is for, as patterns. Without it, all." form:"pattern"`
	Environments []string `yaml:"environments" doc:"Environments it is for. Without it, all."`
	Number       int      `yaml:"number" doc:"How many people must approve. Default: 1." min:"1" max:"10"`
	Approvers    `yaml:",inline"`
}

// Approvers names people: each list adds to the others.
type Approvers struct {
	Users []User   `yaml:"users" doc:"People by login, alice, or by login and id, alice#583231, which a renamed account cannot take over." form:"user"`
	Teams []string `yaml:"teams" doc:"Teams as org/slug; members of child teams count." form:"team"`
	Roles []string `yaml:"roles" doc:"Least repository role: write, maintain or admin, or the exact name of a custom role."`
}

// User is a login, with the account's id behind a # where it is pinned.
type User string

// Unknown says what to do where the requester of a change is not known.
type Unknown string

const (
	Raise  Unknown = "raise"
	Accept Unknown = "accept"
)

// Unattributed says what to do where a commit or push has no account.
type Unattributed string

const (
	UnattributedRaises Unattributed = "raise"
	UnattributedHolds  Unattributed = "hold"
)

// Override is the emergency way out.
type Override struct {
	Label     string `yaml:"label" doc:"Name of the label. Default: holdpoint-override. An empty name switches the override off." form:"label"`
	Approvers `yaml:",inline"`
	Second    bool `yaml:"second" doc:"Also ask for an approval by another person."`
}

// Check gives one name to the check of several base branches. See [Names].
type Check struct {
	Name  string   `yaml:"name" doc:"Name behind 'holdpoint: '." required:"true" form:"name"`
	Bases []string `yaml:"bases" doc:"Patterns of base branches, release/*." required:"true" form:"pattern"`
}

// TerraformSettings declare the options of Terraform's command line.
type TerraformSettings struct {
	Runtime   string `yaml:"runtime" doc:"terraform or opentofu, where the repository does not show it." enum:"terraform,opentofu"`
	Roots     []Root `yaml:"roots" doc:"Root modules and how they are applied."`
	OnlyRoots bool   `yaml:"only_roots" doc:"true: nothing but these roots is ever applied. Else roots that are not named are found by themselves."`
}

// Root is one Terraform root module.
type Root struct {
	Path     string   `yaml:"path" doc:"Folder of the root module." required:"true" form:"folder"`
	VarFiles []string `yaml:"var_files" doc:"Files given together with -var-file, relative to the root. A root that is applied several times is listed several times." form:"file"`
}

// KubernetesSettings declare how manifests are applied.
type KubernetesSettings struct {
	Apply   string   `yaml:"apply" doc:"How objects are applied where the repository does not show it: patch (kubectl apply, server-side apply) or put (replace)." enum:"patch,put"`
	Folders []Folder `yaml:"folders" doc:"Folders that something outside the repository applies."`
	Ignore  []string `yaml:"ignore" doc:"Folders whose manifests nobody applies: examples, tests." form:"folder"`
}

// SourceSettings say what is read from elsewhere.
type SourceSettings struct {
	Repositories []string `yaml:"repositories" doc:"Private repositories of the same owner, owner/name, that modules may be read from. Who made a change must be able to read them. Those that the default branch itself names need no entry." form:"repository"`
	Off          bool     `yaml:"off" doc:"true: nothing outside the repository is fetched; code that is not in it is reported as a gap."`
}

// Folder is a folder of manifests, a kustomization or a chart that something
// outside the repository applies.
type Folder struct {
	Path      string   `yaml:"path" doc:"The folder." required:"true" form:"folder"`
	Prune     bool     `yaml:"prune" doc:"true: what leaves the folder is deleted from the cluster."`
	Cluster   string   `yaml:"cluster" doc:"Name of the cluster, where there are several." form:"name"`
	Namespace string   `yaml:"namespace" doc:"Where objects go that name no namespace." form:"name"`
	Release   string   `yaml:"release" doc:"Name of the release of a chart." form:"name"`
	Values    []string `yaml:"values" doc:"Values files of a chart, relative to it." form:"file"`
}
