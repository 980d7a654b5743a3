package interp

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// File is a source file: its imports by local name.
type File struct {
	Imports map[string]string
	Pkg     *Pkg
	dots    []string
	unnamed []string // imported under the name of the package itself
}

// ConstDecl is a constant, with its place in its block.
type ConstDecl struct {
	expr ast.Expr
	Type ast.Expr
	iota int64
	File *File
}

// VarDecl is a package variable; idx of n where one call gives several.
type VarDecl struct {
	expr ast.Expr
	Type ast.Expr
	idx  int
	n    int
	File *File
}

// FuncDecl is a function or method.
type FuncDecl struct {
	d    *ast.FuncDecl
	File *File
}

// Syntax is the declaration as it is written.
func (f *FuncDecl) Syntax() *ast.FuncDecl { return f.d }

// TypeDecl is a declared type.
type TypeDecl struct {
	s    *ast.TypeSpec
	File *File
}

// Pkg is a loaded package.
type Pkg struct {
	Path    string
	Name    string
	Consts  map[string]*ConstDecl
	Vars    map[string]*VarDecl
	Funcs   map[string]*FuncDecl
	Types   map[string]*TypeDecl
	Methods map[string]map[string]*FuncDecl
	// Inits are the bodies of its init functions.
	Inits []*FuncV
	cache map[string]Value
	busy  map[string]bool
}

// Root is a source tree: import paths below Prefix are folders of Files.
type Root struct {
	Prefix string
	Files  fs.FS
}

// folder is a folder of a file system; its zero value is none.
type folder struct {
	files fs.FS
	name  string
}

// Loader finds and parses packages: in its roots, their vendor folders, and
// the module cache at the versions of go.mod.
type Loader struct {
	fset     *token.FileSet
	roots    []Root
	pkgs     map[string]*Pkg
	versions map[string]string // module path -> version
	cache    fs.FS             // module cache, nil where there is none
	resolved map[string]folder
	log      Log
}

// NewLoader reads the go.mod of each root. The module cache may be nil.
func NewLoader(moduleCache fs.FS, roots ...Root) (*Loader, error) {
	l := &Loader{
		fset: token.NewFileSet(), roots: roots, pkgs: map[string]*Pkg{},
		versions: map[string]string{}, cache: moduleCache, resolved: map[string]folder{}, log: Log{},
	}
	for _, r := range roots {
		if err := l.readGoMod(r.Files); err != nil {
			return nil, err
		}
	}
	return l, nil
}

var requireLine = regexp.MustCompile(`(?m)^\s*(?:require\s+)?([a-z0-9][\w.\-/~A-Z]*\.[\w.\-/~A-Z]+)\s+(v[\w.\-+]+)`)

func (l *Loader) readGoMod(files fs.FS) error {
	b, err := fs.ReadFile(files, "go.mod")
	if err != nil {
		return fmt.Errorf("read the module of a source tree: %w", err)
	}
	for _, m := range requireLine.FindAllStringSubmatch(string(b), -1) {
		l.versions[m[1]] = m[2]
	}
	return nil
}

func escapeMod(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte('!')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// dirFor finds the folder of an import path, the zero value if there is none.
func (l *Loader) dirFor(importPath string) folder {
	if d, ok := l.resolved[importPath]; ok {
		return d
	}
	d := l.find(importPath)
	l.resolved[importPath] = d
	return d
}

func (l *Loader) find(importPath string) folder {
	for _, r := range l.roots {
		if rest, ok := below(importPath, r.Prefix); ok && isDir(r.Files, rest) {
			return folder{r.Files, rest}
		}
	}
	parts := strings.Split(importPath, "/")
	if !strings.Contains(parts[0], ".") {
		return folder{}
	}
	for _, r := range l.roots {
		if d := path.Join("vendor", importPath); isDir(r.Files, d) {
			return folder{r.Files, d}
		}
	}
	for n := len(parts); n >= 1 && l.cache != nil; n-- {
		module, rest := strings.Join(parts[:n], "/"), strings.Join(parts[n:], "/")
		if d := l.cached(module, rest); d != "" {
			return folder{l.cache, d}
		}
	}
	return folder{}
}

// below is what follows a prefix in an import path, "." for the prefix itself.
func below(importPath, prefix string) (string, bool) {
	if importPath == prefix {
		return ".", true
	}
	return strings.CutPrefix(importPath, prefix+"/")
}

// cached finds a folder of a module in the module cache.
func (l *Loader) cached(module, rest string) string {
	at := escapeMod(module)
	if v, ok := l.versions[module]; ok {
		if d := path.Join(at+"@"+v, rest); isDir(l.cache, d) {
			return d
		}
	}
	// Constants, all that is read of most dependencies, outlive versions.
	others, err := fs.Glob(l.cache, at+"@*")
	if err != nil {
		return ""
	}
	for _, other := range slices.Backward(others) {
		if d := path.Join(other, rest); isDir(l.cache, d) {
			l.log.Add("another version", "%s for %s", other, path.Join(module, rest))
			return d
		}
	}
	return ""
}

func isDir(files fs.FS, name string) bool {
	st, err := fs.Stat(files, name)
	return err == nil && st.IsDir()
}

// Load parses a package once; nil where its source is not at hand.
func (l *Loader) Load(importPath string) *Pkg {
	if p, ok := l.pkgs[importPath]; ok {
		return p
	}
	l.pkgs[importPath] = nil
	dir := l.dirFor(importPath)
	if dir.files == nil {
		return nil
	}
	entries, err := fs.ReadDir(dir.files, dir.name)
	if err != nil {
		l.log.Add("load", "%s: %v", importPath, err)
		return nil
	}
	p := &Pkg{
		Path: importPath, Consts: map[string]*ConstDecl{}, Vars: map[string]*VarDecl{}, Funcs: map[string]*FuncDecl{},
		Types: map[string]*TypeDecl{}, Methods: map[string]map[string]*FuncDecl{}, cache: map[string]Value{}, busy: map[string]bool{},
	}
	files := 0
	for _, e := range entries {
		if e.IsDir() || !wantedFile(importPath, e.Name()) {
			continue
		}
		name := path.Join(dir.name, e.Name())
		text, err := fs.ReadFile(dir.files, name)
		if err != nil {
			l.log.Add("load", "%s: %v", importPath, err)
			continue
		}
		f, err := parser.ParseFile(l.fset, name, text, parser.SkipObjectResolution)
		if err != nil {
			l.log.Add("parse", "%v", err)
		}
		if f == nil {
			continue
		}
		p.Name = f.Name.Name
		files++
		addFile(p, f)
	}
	if files > 0 {
		l.pkgs[importPath] = p
	}
	return l.pkgs[importPath]
}

// wantedFile leaves out tests, other systems, and all but the enumerations of
// the large SDK packages.
func wantedFile(importPath, name string) bool {
	base, ok := strings.CutSuffix(name, ".go")
	switch {
	case !ok, strings.HasSuffix(base, "_test"), strings.HasSuffix(base, "_windows"), strings.HasSuffix(base, "_darwin"):
		return false
	case strings.Contains(importPath, "aws-sdk-go-v2/service/"):
		return name == "enums.go"
	}
	return true
}

var verRe = regexp.MustCompile(`^v\d+$`)

func guessPkgName(importPath string) string {
	parts := strings.Split(importPath, "/")
	last := parts[len(parts)-1]
	if verRe.MatchString(last) && len(parts) > 1 {
		last = parts[len(parts)-2]
	}
	if i := strings.Index(last, ".v"); i > 0 {
		last = last[:i]
	}
	last = strings.TrimPrefix(last, "go-")
	last = strings.ReplaceAll(last, "-", "")
	return last
}

func addFile(p *Pkg, f *ast.File) {
	fl := &File{Imports: map[string]string{}, Pkg: p}
	for _, im := range f.Imports {
		ip, _ := strconv.Unquote(im.Path.Value)
		nm := ""
		if im.Name != nil {
			nm = im.Name.Name
		} else {
			nm = guessPkgName(ip)
			fl.unnamed = append(fl.unnamed, ip)
		}
		if nm == "." {
			fl.dots = append(fl.dots, ip)
			continue
		}
		fl.Imports[nm] = ip
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			addFunc(p, fl, d)
		case *ast.GenDecl:
			addDecl(p, fl, d)
		}
	}
}

func addFunc(p *Pkg, fl *File, d *ast.FuncDecl) {
	switch {
	case d.Recv == nil && d.Name.Name == "init":
		p.Inits = append(p.Inits, &FuncV{Name: p.Path + ".init", Decl: d.Type, Body: d.Body, File: fl})
	case d.Recv == nil || len(d.Recv.List) == 0:
		p.Funcs[d.Name.Name] = &FuncDecl{d, fl}
	default:
		rt := recvTypeName(d.Recv.List[0].Type)
		if p.Methods[rt] == nil {
			p.Methods[rt] = map[string]*FuncDecl{}
		}
		p.Methods[rt][d.Name.Name] = &FuncDecl{d, fl}
	}
}

func addDecl(p *Pkg, fl *File, d *ast.GenDecl) {
	var lastVals []ast.Expr
	var lastType ast.Expr
	for i, s := range d.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			p.Types[s.Name.Name] = &TypeDecl{s, fl}
		case *ast.ValueSpec:
			if d.Tok != token.CONST {
				addVars(p, fl, s)
				continue
			}
			if len(s.Values) > 0 {
				lastVals, lastType = s.Values, s.Type
			}
			for k, name := range s.Names {
				var e ast.Expr
				if k < len(lastVals) {
					e = lastVals[k]
				}
				p.Consts[name.Name] = &ConstDecl{e, lastType, int64(i), fl}
			}
		}
	}
}

func addVars(p *Pkg, fl *File, s *ast.ValueSpec) {
	for k, name := range s.Names {
		vd := &VarDecl{Type: s.Type, File: fl, n: 1}
		if len(s.Values) == len(s.Names) {
			vd.expr = s.Values[k]
		} else if len(s.Values) == 1 {
			vd.expr, vd.idx, vd.n = s.Values[0], k, len(s.Names)
		}
		p.Vars[name.Name] = vd
	}
}

func recvTypeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return recvTypeName(e.X)
	case *ast.Ident:
		return e.Name
	case *ast.IndexExpr:
		return recvTypeName(e.X)
	case *ast.IndexListExpr:
		return recvTypeName(e.X)
	case *ast.ParenExpr:
		return recvTypeName(e.X)
	}
	return ""
}
