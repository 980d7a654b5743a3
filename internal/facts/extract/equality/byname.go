package equality

import (
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// byName answers functions of providers whose loops or calls into other modules
// are not followed. Each is known by the end of its name.
func byName(name string, args []term) (term, bool) {
	end := name[strings.LastIndexAny(name, "/")+1:]
	both := func(kind plan.FormKind, consts ...string) (term, bool) {
		if len(args) < 2 {
			return term{}, false
		}
		x, y := args[0].with(kind, consts...), args[1].with(kind, consts...)
		return boolean(relation(plan.RelationEqual, x, y)), true
	}
	one := func(kind plan.FormKind, consts ...string) (term, bool) {
		if len(args) == 0 || !args[0].isValue() {
			return term{}, false
		}
		return tuple([]term{args[0].with(kind, consts...), {op: opNil}}), true
	}
	switch end {
	case "awspolicyequivalence.PoliciesAreEquivalent": // statements, actions and principals have no order
		t, ok := both(plan.FormPolicy)
		return tuple([]term{t, {op: opNil}}), ok
	case "verify.PolicyStringsEquivalent":
		return both(plan.FormPolicy)
	case "verify.JSONStringsEqual", "verify.JSONBytesEqual", "structure.SuppressJsonDiff":
		return both(plan.FormJSON)
	case "verify.CIDRBlocksEqual", "types.CIDRBlocksEqual", "inttypes.CIDRBlocksEqual": // spellings of one network
		return both(plan.FormCIDR)
	case "arn.IsARN":
		if len(args) == 1 && args[0].isValue() {
			c := plan.Condition{Of: side(args[0]), Before: args[0].before, Test: plan.TestStarts, Values: []string{"arn:"}}
			return boolean(condition(c)), true
		}
	case "tpgresource.IsEmptyValue":
		if len(args) == 1 && args[0].isValue() {
			return boolean(equalsConstant(args[0], constant(""))), true
		}
	case "transfer.cleanSSHKey", "iam.cleanSSHKey": // all but type and key is dropped
		return one(plan.FormSSHKey)
	case "iam.normalizeCert": // what old states have
		if len(args) == 1 && args[0].isValue() {
			return args[0].with(plan.FormTrimSpace).with(plan.FormHash), true
		}
	case "ecs.ContainerDefinitionsAreEquivalent", "ecs.containerDefinitionsAreEquivalent":
		t, ok := both(plan.FormContainers)
		return tuple([]term{t, {op: opNil}}), ok
	case "ecs.expandContainerDefinitions":
		return one(plan.FormContainers)
	case "ec2.protocolForValue", "ec2.ProtocolForValue":
		return one(plan.FormProtocol)
	}
	return term{}, false
}
