package plan

import (
	"fmt"
	"slices"
)

// Comparison is one reason why a provider takes two different values of an
// attribute for equal: all conditions hold, and both values, each brought into
// its forms one after another, agree. Without a Relation any two values agree,
// so that the conditions alone decide.
//
// Values are compared as the Plugin SDK hands them to a DiffSuppressFunc: as
// texts, "" where there is none, lists element by element. A block is compared
// by the number of its occurrences, "0" or "1".
type Comparison struct {
	Relation Relation `json:"r,omitempty"`
	// Old and New are the forms of the value before and after.
	Old []Form `json:"o,omitempty"`
	New []Form `json:"n,omitempty"`
	// When are the conditions, all of which must hold.
	When []Condition `json:"w,omitempty"`
	// Code: what this alternative asks for besides its conditions is not known:
	// the values may be equal, and may not.
	Code bool `json:"c,omitempty"`
}

// Relation is how the two values must agree.
type Relation string

const (
	RelationAny       Relation = ""           // in any way
	RelationEqual     Relation = "equal"      // the same text
	RelationOldEnds   Relation = "old-ends"   // the old value ends with the new one
	RelationNewEnds   Relation = "new-ends"   // the new value ends with the old one
	RelationOldStarts Relation = "old-starts" // the old value starts with the new one
	RelationNewStarts Relation = "new-starts" // the new value starts with the old one
	RelationOldHolds  Relation = "old-holds"  // the old value contains the new one
	RelationNewHolds  Relation = "new-holds"  // the new value contains the old one
)

// Form is a step that brings a value into a form in which it is compared.
type Form struct {
	Kind FormKind `json:"k"`
	// Args are what the kind says.
	Args []string `json:"a,omitempty"`
}

// FormKind names what a Form does. The zero value is invalid.
type FormKind string

const (
	FormFold       FormKind = "fold"        // letters without regard to case
	FormTrimSpace  FormKind = "trim-space"  // without space at both ends
	FormTrim       FormKind = "trim"        // without any of the characters Args[0] at both ends
	FormTrimLeft   FormKind = "trim-left"   // ... at its start
	FormTrimRight  FormKind = "trim-right"  // ... at its end
	FormTrimPrefix FormKind = "trim-prefix" // without the text Args[0] at its start
	FormTrimSuffix FormKind = "trim-suffix" // without the text Args[0] at its end
	FormReplace    FormKind = "replace"     // every Args[0] replaced by Args[1]
	FormRegexp     FormKind = "regexp"      // every match of Args[0] replaced by Args[1]
	FormMatch      FormKind = "match"       // group Args[1] of the match of the regular expression Args[0]
	FormAdd        FormKind = "add"         // Args[0] before it and Args[1] after it
	FormTwice      FormKind = "twice"       // itself twice, with Args[0] between
	FormPart       FormKind = "part"        // part Args[1] of what Args[0] separates; -1 is the last
	FormAfter      FormKind = "after"       // what follows the first Args[0]
	FormUnordered  FormKind = "unordered"   // parts that Args[0] separates, without regard to their order
	FormLookup     FormKind = "lookup"      // Args are pairs: what stands for what; others stay
	FormProtocol   FormKind = "protocol"    // a name of an IP protocol stands for its number
	FormNumber     FormKind = "number"      // as a number
	FormBool       FormKind = "bool"        // as a truth value
	FormQuantity   FormKind = "quantity"    // as a Kubernetes resource quantity
	FormTime       FormKind = "time"        // as an instant (RFC 3339)
	FormDuration   FormKind = "duration"    // as a length of time
	FormIP         FormKind = "ip"          // as an address
	FormCIDR       FormKind = "cidr"        // as a network
	FormURL        FormKind = "url"         // as an address of the web
	FormARN        FormKind = "arn"         // the resource part of an ARN, its name or id
	FormBase64     FormKind = "base64"      // decoded where it is base64
	FormHash       FormKind = "hash"        // a hash of it
	FormJSON       FormKind = "json"        // as a JSON document
	FormYAML       FormKind = "yaml"        // as a YAML document
	FormPolicy     FormKind = "policy"      // as an IAM policy
	FormContainers FormKind = "containers"  // as ECS container definitions
	FormSSHKey     FormKind = "ssh-key"     // an OpenSSH public key without its comment
	FormVersion    FormKind = "version"     // as a version number
)

// Condition is what must hold for a comparison to apply.
type Condition struct {
	// Of is what is looked at: "old" and "new" are the value itself before and
	// after, "key" its path as the state has it (`disk.0.name`, `disk.#` for a
	// number of blocks); anything else is the path of an attribute after the change, without
	// indexes. A path that starts with a dot lies in the block of the attribute.
	Of string `json:"of"`
	// Before: the attribute before the change.
	Before bool `json:"b,omitempty"`
	// Forms are what it is brought into before the test.
	Forms []Form `json:"f,omitempty"`
	Test  Test   `json:"t"`
	Not   bool   `json:"x,omitempty"`
	// Values are what the test compares with; one of them suffices.
	Values []string `json:"v,omitempty"`
}

// Test is what a Condition tests. The zero value is invalid.
type Test string

const (
	TestIs       Test = "is"       // is one of Values
	TestFold     Test = "fold"     // is one of Values without regard to case
	TestSet      Test = "set"      // is set, and not to "", 0 or false
	TestStarts   Test = "starts"   // starts with one of Values
	TestEnds     Test = "ends"     // ends with one of Values
	TestContains Test = "contains" // contains one of Values
	TestMatches  Test = "matches"  // matches one of Values, regular expressions
	TestParts    Test = "parts"    // consists of Values[1] parts that Values[0] separates
	TestSame     Test = "same"     // is what the attribute Values[0] is; Before is of that one
	TestParses   Test = "parses"   // can be read as what Values[0] says: a FormKind
	TestChanges  Test = "changes"  // differs before and after
)

// Check reports what the comparison names that is not known.
func (c Comparison) Check() error {
	switch c.Relation {
	case RelationAny, RelationEqual, RelationOldEnds, RelationNewEnds,
		RelationOldStarts, RelationNewStarts, RelationOldHolds, RelationNewHolds:
	default:
		return fmt.Errorf("relation %q is not known", c.Relation)
	}
	forms := [][]Form{c.Old, c.New}
	for _, w := range c.When {
		if _, ok := tests[w.Test]; !ok || w.Of == "" {
			return fmt.Errorf("test %q of %q is not known", w.Test, w.Of)
		}
		forms = append(forms, w.Forms)
	}
	for _, f := range slices.Concat(forms...) {
		n, ok := formArgs[f.Kind]
		if !ok {
			return fmt.Errorf("form %q is not known", f.Kind)
		}
		if n != len(f.Args) && n >= 0 {
			return fmt.Errorf("form %q has %d arguments, want %d", f.Kind, len(f.Args), n)
		}
	}
	return nil
}

var tests = map[Test]bool{
	TestIs: true, TestFold: true, TestSet: true, TestStarts: true, TestEnds: true, TestContains: true,
	TestMatches: true, TestParts: true, TestParses: true, TestChanges: true, TestSame: true,
}

// formArgs is how many arguments a form has, -1 for any number.
var formArgs = map[FormKind]int{
	FormFold: 0, FormTrimSpace: 0, FormTrim: 1, FormTrimLeft: 1, FormTrimRight: 1, FormTrimPrefix: 1, FormTrimSuffix: 1,
	FormReplace: 2, FormRegexp: 2, FormMatch: 2, FormAdd: 2, FormTwice: 1, FormPart: 2, FormAfter: 1, FormUnordered: 1, FormLookup: -1,
	FormProtocol: 0, FormNumber: 0, FormQuantity: 0, FormBool: 0, FormTime: 0, FormDuration: 0, FormIP: 0, FormCIDR: 0, FormURL: 0, FormARN: 0,
	FormBase64: 0, FormHash: 0, FormJSON: 0, FormYAML: 0, FormPolicy: 0, FormContainers: 0, FormSSHKey: 0, FormVersion: 0,
}
