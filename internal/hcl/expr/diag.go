package expr

import (
	"fmt"
	"reflect"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// Functions are the functions that expressions may call.
type Functions = map[string]function.Function

// Summaries of diagnostics that are not Terraform's own; the reader of
// diagnostics tells them apart by these.
const (
	LimitReached = "Evaluation limit reached"
	NotReadable  = "File not available"
	NotModelled  = "Not modelled"
)

var scopeType = cty.Capsule("scope", reflect.TypeFor[scopeBox]())

// Errorf is a diagnostic as HCL makes them.
func Errorf(at hcl.Range, summary, format string, args ...any) hcl.Diagnostics {
	return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(format, args...), Subject: &at}}
}

func indexName(i int) string { return strconv.Itoa(i) }
