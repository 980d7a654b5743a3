package plan

// LogicRule says what code of a provider does with an attribute at plan time,
// beyond what its schema says. The zero value is invalid.
type LogicRule string

// The first ones decide whether a change of an attribute forces replacement;
// where they do not, it is an update in place.
const (
	LogicAlways       LogicRule = "always"        // any change
	LogicNever        LogicRule = "never"         // none
	LogicLowered      LogicRule = "lowered"       // a smaller number, or one that comes earlier in Order
	LogicRemoved      LogicRule = "removed"       // from something to none
	LogicToggled      LogicRule = "toggled"       // between something and none, either way
	LogicDowngraded   LogicRule = "downgraded"    // a lower version
	LogicNarrowed     LogicRule = "narrowed"      // an address range that does not contain the one before
	LogicLeaves       LogicRule = "leaves"        // a member of a list or set goes
	LogicDisabled     LogicRule = "disabled"      // from true to false
	LogicUnset        LogicRule = "unset"         // from one of From to something else
	LogicCrossed      LogicRule = "crossed"       // into or out of Among
	LogicOnly         LogicRule = "only"          // one of Transitions
	LogicExcept       LogicRule = "except"        // all but Transitions
	LogicBlockRemoved LogicRule = "block-removed" // the last block goes
	LogicBlockAdded   LogicRule = "block-added"   // the first block comes
	LogicBlockCount   LogicRule = "block-count"   // the number of blocks changes
	LogicCheck        LogicRule = "check"         // a function that Check names

	LogicDefault    LogicRule = "default"    // the service fills in Value where nothing is configured
	LogicIdentity   LogicRule = "identity"   // the attribute is also the id
	LogicHash       LogicRule = "hash"       // elements of a set are the same where their attributes By are
	LogicRecomputed LogicRule = "recomputed" // an update in place of Changed makes it known after apply
	LogicRenamed    LogicRule = "renamed"    // the attribute is now called To
	LogicKept       LogicRule = "kept"       // an object keeps the one it was made with, whatever the provider's configuration
)

// Logic is one row of what is known of a provider's code at plan time. It is
// made by hand from the provider's source; rules/facts/README.md explains it.
// Values are texts as Terraform converts them; `*` at their ends stands for any
// text, and "" for null.
type Logic struct {
	Rule LogicRule
	// Paths lead to attributes, in names without indexes: `settings.disk_size`.
	// `a.**` is all that is below a.
	Paths []string
	// Check names a function of internal/hcl/diff.
	Check string
	// Transitions are `old>new`.
	Transitions []string
	From, Among []string
	Order       []string
	Value       string
	By          []string
	To          string
	// As is `list` where a renamed attribute holds its value in a list of one.
	As string
	// Changed are the attributes of which one must change, none meaning any;
	// a change of Ignoring does not count.
	Changed, Ignoring []string
	// Was, Where and Unless are conditions on other attributes of the object:
	// before, as planned, and as planned where the row sleeps.
	Was, Where, Unless map[string][]string
	// Whole: the row sleeps where part of the attribute is known after apply.
	Whole bool
	// Source is where the provider says so: a file of its repository, or a page
	// of its documentation.
	Source string
}

// Decides reports whether the rule is one about replacement.
func (r LogicRule) Decides() bool {
	switch r {
	case LogicDefault, LogicIdentity, LogicHash, LogicRecomputed, LogicRenamed, LogicKept:
		return false
	}
	return true
}
