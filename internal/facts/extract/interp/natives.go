package interp

import (
	"fmt"
	"go/ast"
	"sort"
	"strconv"
	"strings"
)

// one is a single result.
func one(v Value) []Value { return []Value{v} }

// str1 is a function of one text, where that is known.
func str1(f func(string) Value) native {
	return func(in *Interp, a []Value, c *ast.CallExpr) []Value {
		if len(a) == 1 {
			if s, ok := in.Force(a[0]).(string); ok {
				return one(f(s))
			}
		}
		return one(&Opaque{Name: "strfn", Args: a})
	}
}

// str2 is a function of two texts, where both are known.
func str2(f func(a, b string) Value) native {
	return func(in *Interp, a []Value, c *ast.CallExpr) []Value {
		if len(a) == 2 {
			x, ok := in.Force(a[0]).(string)
			y, ok2 := in.Force(a[1]).(string)
			if ok && ok2 {
				return one(f(x, y))
			}
		}
		return one(&Opaque{Name: "strfn", Args: a})
	}
}

// ident0 returns its first argument.
func ident0(in *Interp, a []Value, c *ast.CallExpr) []Value {
	if len(a) > 0 {
		return one(a[0])
	}
	return one(Null)
}

func strSlice(ss []string) Value {
	s := &SliceV{Type: &Type{Kind: "slice", Elem: &Type{Kind: "basic", Name: "string"}}}
	for _, x := range ss {
		s.Elems = append(s.Elems, x)
	}
	return s
}

// goStrings are the elements of a slice of known texts.
func goStrings(v Value) ([]string, bool) {
	s, ok := Deref(v).(*SliceV)
	if !ok {
		return nil, false
	}
	var r []string
	for _, x := range s.Elems {
		t, ok := x.(string)
		if !ok {
			return nil, false
		}
		r = append(r, t)
	}
	return r, true
}

func mapsCopy(in *Interp, a []Value, c *ast.CallExpr) []Value {
	if len(a) == 2 {
		d, ok := Deref(a[0]).(*MapV)
		s, ok2 := Deref(a[1]).(*MapV)
		if ok && ok2 {
			for _, k := range s.Keys {
				d.Set(s.Raw[k], s.Elems[k])
			}
			d.Dyn += s.Dyn
		} else if c != nil {
			in.problem("mapscopy", c, "%s <- %s", Describe(a[0]), Describe(a[1]))
		}
	}
	return nil
}

func mapsClone(in *Interp, a []Value, c *ast.CallExpr) []Value {
	if len(a) == 1 {
		if s, ok := Deref(a[0]).(*MapV); ok {
			d := NewMap(s.Type)
			for _, k := range s.Keys {
				d.Set(s.Raw[k], s.Elems[k])
			}
			d.Dyn = s.Dyn
			return one(d)
		}
	}
	return one(&Opaque{Name: "maps.Clone", Args: a})
}

func mapsKeys(in *Interp, a []Value, c *ast.CallExpr) []Value {
	if s, ok := Deref(a[0]).(*MapV); ok {
		r := &SliceV{Type: &Type{Kind: "iter"}}
		for _, k := range s.Keys {
			r.Elems = append(r.Elems, s.Raw[k])
		}
		return one(r)
	}
	return one(&Opaque{Name: "maps.Keys", Args: a})
}

func mapsValues(in *Interp, a []Value, c *ast.CallExpr) []Value {
	if s, ok := Deref(a[0]).(*MapV); ok {
		r := &SliceV{Type: &Type{Kind: "iter"}}
		for _, k := range s.Keys {
			r.Elems = append(r.Elems, s.Elems[k])
		}
		return one(r)
	}
	return one(&Opaque{Name: "maps.Values", Args: a})
}

func collect(in *Interp, a []Value, c *ast.CallExpr) []Value {
	if s, ok := Deref(a[0]).(*SliceV); ok {
		r := &SliceV{Type: &Type{Kind: "slice"}, Elems: append([]Value(nil), s.Elems...)}
		return one(r)
	}
	return one(&Opaque{Name: "collect", Args: a})
}

// natives are functions of packages that are not interpreted.
func natives() map[string]native {
	return map[string]native{
		"maps.Copy": mapsCopy, "golang.org/x/exp/maps.Copy": mapsCopy,
		"maps.Clone": mapsClone, "golang.org/x/exp/maps.Clone": mapsClone,
		"maps.Keys": mapsKeys, "golang.org/x/exp/maps.Keys": func(in *Interp, a []Value, c *ast.CallExpr) []Value {
			r := mapsKeys(in, a, c)
			return collect(in, r, c)
		},
		"maps.Values":    mapsValues,
		"slices.Collect": collect, "slices.Sorted": sorted, "slices.Values": func(in *Interp, a []Value, c *ast.CallExpr) []Value {
			if s, ok := Deref(a[0]).(*SliceV); ok {
				return one(&SliceV{Type: &Type{Kind: "iter"}, Elems: s.Elems})
			}
			return one(&Opaque{Name: "slices.Values", Args: a})
		},
		"slices.Clone": collect,
		"slices.Contains": func(in *Interp, a []Value, c *ast.CallExpr) []Value {
			s, ok := Deref(a[0]).(*SliceV)
			k, ok2 := keyOf(in.Force(a[1]))
			if !ok || !ok2 {
				return one(&Opaque{Name: "contains"})
			}
			for _, x := range s.Elems {
				kk, ok := keyOf(in.Force(x))
				if !ok {
					return one(&Opaque{Name: "contains"})
				}
				if kk == k {
					return one(true)
				}
			}
			return one(false)
		},
		"slices.Concat": func(in *Interp, a []Value, c *ast.CallExpr) []Value {
			r := &SliceV{Type: &Type{Kind: "slice"}}
			for _, x := range a {
				if s, ok := Deref(x).(*SliceV); ok {
					r.Elems = append(r.Elems, s.Elems...)
				}
			}
			return one(r)
		},
		"slices.Sort":     func(in *Interp, a []Value, c *ast.CallExpr) []Value { return nil },
		"sort.Strings":    func(in *Interp, a []Value, c *ast.CallExpr) []Value { return nil },
		"sync.OnceValue":  ident0,
		"sync.OnceFunc":   ident0,
		"sync.OnceValues": ident0,
		"unique.Make":     ident0,
		"os.Getenv":       func(in *Interp, a []Value, c *ast.CallExpr) []Value { return one("") },
		"os.LookupEnv":    func(in *Interp, a []Value, c *ast.CallExpr) []Value { return []Value{"", false} },
		"errors.New":      func(in *Interp, a []Value, c *ast.CallExpr) []Value { return one(&Opaque{Name: "errors.New", Args: a}) },
		"fmt.Sprintf": func(in *Interp, a []Value, c *ast.CallExpr) []Value {
			if len(a) == 0 {
				return one("")
			}
			f, ok := a[0].(string)
			if !ok {
				return one(&Opaque{Name: "fmt.Sprintf", Args: a})
			}
			var xs []any
			for _, x := range a[1:] {
				switch x := in.Force(x).(type) {
				case string, int64, bool, float64:
					xs = append(xs, x)
				default:
					return one(&Opaque{Name: "fmt.Sprintf", Args: a})
				}
			}
			return one(fmt.Sprintf(f, xs...))
		},
		"fmt.Sprint": func(in *Interp, a []Value, c *ast.CallExpr) []Value {
			if len(a) == 1 {
				switch x := in.Force(a[0]).(type) {
				case string, int64, bool, float64:
					return one(fmt.Sprint(x))
				}
			}
			return one(&Opaque{Name: "fmt.Sprint", Args: a})
		},
		"strings.ToLower":    str1(func(s string) Value { return strings.ToLower(s) }),
		"strings.ToUpper":    str1(func(s string) Value { return strings.ToUpper(s) }),
		"strings.TrimSpace":  str1(func(s string) Value { return strings.TrimSpace(s) }),
		"strconv.Quote":      str1(func(s string) Value { return strconv.Quote(s) }),
		"strings.EqualFold":  str2(func(a, b string) Value { return strings.EqualFold(a, b) }),
		"strings.HasPrefix":  str2(func(a, b string) Value { return strings.HasPrefix(a, b) }),
		"strings.HasSuffix":  str2(func(a, b string) Value { return strings.HasSuffix(a, b) }),
		"strings.Contains":   str2(func(a, b string) Value { return strings.Contains(a, b) }),
		"strings.TrimPrefix": str2(func(a, b string) Value { return strings.TrimPrefix(a, b) }),
		"strings.TrimSuffix": str2(func(a, b string) Value { return strings.TrimSuffix(a, b) }),
		"strings.Split":      str2(func(a, b string) Value { return strSlice(strings.Split(a, b)) }),
		"strings.Fields":     str1(func(s string) Value { return strSlice(strings.Fields(s)) }),
		"strings.Join": func(in *Interp, a []Value, c *ast.CallExpr) []Value {
			if ss, ok := goStrings(a[0]); ok {
				if sep, ok := a[1].(string); ok {
					return one(strings.Join(ss, sep))
				}
			}
			return one(&Opaque{Name: "strings.Join", Args: a})
		},
		"strings.ReplaceAll": func(in *Interp, a []Value, c *ast.CallExpr) []Value {
			x, o1 := a[0].(string)
			y, o2 := a[1].(string)
			z, o3 := a[2].(string)
			if o1 && o2 && o3 {
				return one(strings.ReplaceAll(x, y, z))
			}
			return one(&Opaque{Name: "strings.ReplaceAll", Args: a})
		},
		"strconv.Itoa": func(in *Interp, a []Value, c *ast.CallExpr) []Value {
			if n, ok := in.Force(a[0]).(int64); ok {
				return one(strconv.FormatInt(n, 10))
			}
			return one(&Opaque{Name: "strconv.Itoa", Args: a})
		},
		"strconv.FormatBool": func(in *Interp, a []Value, c *ast.CallExpr) []Value {
			if b, ok := in.Force(a[0]).(bool); ok {
				return one(strconv.FormatBool(b))
			}
			return one(&Opaque{Name: "strconv.FormatBool", Args: a})
		},
		"github.com/aws/aws-sdk-go/aws.String": ident0, "github.com/aws/aws-sdk-go-v2/aws.String": ident0,
		"github.com/aws/aws-sdk-go/aws.Int64": ident0, "github.com/aws/aws-sdk-go-v2/aws.Int64": ident0,
	}
}

func sorted(in *Interp, a []Value, c *ast.CallExpr) []Value {
	if ss, ok := goStrings(a[0]); ok {
		ss = append([]string(nil), ss...)
		sort.Strings(ss)
		return one(strSlice(ss))
	}
	return collect(in, a, c)
}

// minmax is max with sign 1, and min with sign -1.
func minmax(in *Interp, a []Value, sign int64) []Value {
	var best int64
	for i, x := range a {
		n, ok := in.Force(x).(int64)
		if !ok {
			return one(&Opaque{Name: "minmax"})
		}
		if i == 0 || (n-best)*sign > 0 {
			best = n
		}
	}
	return one(best)
}
