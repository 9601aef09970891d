package slim

import (
	"slices"
	"testing"
)

const packages = "/opt/venv/lib/python3.13/site-packages/"

// testRules are one rule of each kind.
func testRules() []Rule {
	return []Rule{
		{Name: "own", Level: Safe, Package: "numpy", Files: []string{"numpy/**/tests"}, Except: []string{"numpy/core/tests/needed.py"}},
		{Name: "python", Level: Safe, Package: Stdlib, Files: []string{"idlelib"}},
		{Name: "tests", Level: Safe, Named: true, Files: []string{"*/**/tests"}},
		{Name: "sources", Level: Safe, Files: []string{"**/*.c"}, Except: []string{"**/templates"}},
		{Name: "headers", Level: Max, Files: []string{"**/*.h", "../../../include"}},
		{Name: "whole", Level: Safe, Package: "setuptools", Named: true, Whole: true, Files: []string{"setuptools", "pkg_resources", "setuptools-*.dist-info"}},
	}
}

func TestRemoves(t *testing.T) {
	t.Parallel()
	safe := Options{Level: Safe, Named: []string{}}
	with := func(change func(*Options)) Options {
		opt := safe
		change(&opt)
		return opt
	}
	keep := func(globs ...string) Options { return with(func(o *Options) { o.Keep = globs }) }
	drop := func(globs ...string) Options { return with(func(o *Options) { o.Drop = globs }) }
	named := func(globs ...string) Options { return with(func(o *Options) { o.Named = globs }) }
	tests := []struct {
		what      string
		opt       Options
		pkg, path string
		want      string
	}{
		{"what a rule takes", safe, "a", "a/x.c", "sources"},
		{"a folder", safe, "a", "a/b/tests/deep/x.py", "tests"},
		{"nothing else", safe, "a", "a/x.py", ""},
		{"an exception", safe, "a", "a/templates/x.c", ""},
		{"rules of a package first", safe, "numpy", "numpy/tests/x.c", "own"},
		{"of that package alone", safe, "scipy", "numpy/tests/x.py", "tests"},
		{"its exceptions from other rules too", safe, "numpy", "numpy/core/tests/needed.py", ""},
		{"the standard library by its own rules", safe, Stdlib, "idlelib/x.c", "python"},
		{"and by no other", safe, Stdlib, "lib/x.c", ""},
		{"nothing of the standard library from packages", safe, "a", "idlelib/x.py", ""},
		{"max at safe", safe, "a", "a/x.h", ""},
		{"max at max", Options{Level: Max}, "a", "a/x.h", "headers"},
		{"what is outside by paths that lead there", Options{Level: Max}, "a", "../../../include/a/x.h", "headers"},
		{"nothing that only looks like it", Options{Level: Max}, "a", "../../../share/tests/x.c", ""},
		{"none", Options{}, "a", "a/x.c", ""},
		{"Named rules without a search", Options{Level: Safe}, "a", "a/tests/x.py", ""},
		{"what is named", named("a/tests"), "a", "a/tests/x.py", ""},
		{"what is named, for rules that do not ask", named("a/x.c"), "a", "a/x.c", "sources"},

		{"the user's keep", keep("a/x.c"), "a", "a/x.c", ""},
		{"for a package's rule", keep("numpy/tests"), "numpy", "numpy/tests/x.py", ""},
		{"by an absolute path", keep(packages + "a"), "a", "a/x.c", ""},
		{"that is not for the standard library", keep(packages + "**"), Stdlib, "idlelib/x.py", "python"},
		{"by a path of the standard library", keep("/usr/local/lib/python3.13/idlelib"), Stdlib, "idlelib/x.py", ""},
		{"that is not for packages", keep("/usr/lib/python3/**"), "a", "a/x.c", "sources"},
		{"keep and drop", with(func(o *Options) { o.Keep, o.Drop = []string{"a/b"}, []string{"a"} }), "a", "a/b/x.py", ""},
		{"the user's drop", drop("a/data"), "a", "a/data/x.json", Drop},
		{"drop without rules", Options{Drop: []string{"a/data"}}, "a", "a/data/x.json", Drop},
		{"drop of the standard library", drop("asyncio"), Stdlib, "asyncio/x.py", Drop},
		{"drop of what is outside", drop("/opt/venv/share/man"), "a", "../../../share/man/x", Drop},
		{"drop of a library beside Python", drop("/opt/venv/lib/liba.so"), "a", "../../liba.so", Drop},
		{"drop of an exception", drop("numpy/core/tests"), "numpy", "numpy/core/tests/needed.py", Drop},

		{"metadata", drop("**", "a-1.0.dist-info", "**/METADATA"), "a", "a-1.0.dist-info/METADATA", ""},
		{"metadata, for rules", safe, "a", "a-1.0.dist-info/licenses/x.c", ""},
		{"a licence", drop("a/**"), "a", "a/LICENSE.md", ""},
		{"a licence in another spelling", drop("a"), "a", "a/sub/Copying-LGPL", ""},
		{"a folder of licences", drop("a"), "a", "a/licenses/x.c", ""},
		{"a licence by its name", drop("a/LICENSE*"), "a", "a/LICENSE.md", Drop},
		{"what is no licence", drop("a"), "a", "a/authorship.py", Drop},
		{"the mark of types", drop("a"), "a", "a/py.typed", ""},
		{"libraries beside a package", drop("**"), "a", "a.libs/libz.so.1", ""},
		{"libraries by their name", drop("a.libs"), "a", "a.libs/libz.so.1", Drop},
		{"what is read at start", drop("**"), "a", "a.pth", ""},
		{"by its name", drop("*.pth"), "a", "a.pth", Drop},
		{"what is run at start", drop("**"), "a", "sitecustomize.py", ""},
		{"as a package", drop("**"), "a", "usercustomize/__init__.py", ""},

		{"all of a package", safe, "setuptools", "setuptools-1.dist-info/METADATA", "whole"},
		{"none of it where something is named", named("setuptools", "pkg_resources", "setuptools-*.dist-info"), "setuptools", "pkg_resources/x.py", ""},
		{"none of it where some is kept", keep("pkg_resources/x.py"), "setuptools", "setuptools/x.py", ""},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			t.Parallel()
			s, err := newSlimmer(testRules(), tt.opt)
			if err != nil {
				t.Fatal(err)
			}
			got, ok := s.Removes(tt.pkg, tt.path)
			if got != tt.want || ok != (tt.want != "") {
				t.Errorf("%s %s: got %q, %v; want %q", tt.pkg, tt.path, got, ok, tt.want)
			}
		})
	}
}

func TestWholePackages(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		what string
		opt  Options
		want string
	}{
		{"go", Options{Level: Safe, Named: []string{}}, "whole"},
		{"stay where nothing was searched", Options{Level: Safe}, ""},
		{"stay where a part is named", Options{Level: Safe, Named: []string{"setuptools", "pkg_resources", "setuptools-*.dist-info"}}, ""},
		{"stay where a part is kept", Options{Level: Safe, Named: []string{}, Keep: []string{"setup*/x"}}, ""},
	} {
		s, err := newSlimmer(testRules(), tt.opt)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := s.RemovesAll("setuptools"); got != tt.want || ok != (tt.want != "") {
			t.Errorf("%s: got %q, %v", tt.what, got, ok)
		}
		if got, ok := s.RemovesAll("numpy"); ok {
			t.Errorf("%s: numpy goes by %s", tt.what, got)
		}
	}
}

func TestStrips(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		opt  Options
		want bool
	}{
		{Options{}, false},
		{Options{Level: None, Drop: []string{"b"}}, false},
		{Options{Level: Safe}, true},
		{Options{Level: Max}, true},
		{Options{Level: Safe, Keep: []string{"a/*.so"}}, false},
		{Options{Level: Safe, Keep: []string{"b"}}, true},
	} {
		s, err := New(tt.opt)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Strips("a", "a/x.so"); got != tt.want {
			t.Errorf("%+v: got %v", tt.opt, got)
		}
	}
}

func TestNoSlimmerLeavesAllAsItIs(t *testing.T) {
	t.Parallel()
	var s *Slimmer
	if rule, ok := s.Removes("a", "a/tests/x.c"); ok {
		t.Errorf("removed by %s", rule)
	}
	if rule, ok := s.RemovesAll("setuptools"); ok {
		t.Errorf("all removed by %s", rule)
	}
	if s.Strips("a", "a/x.so") {
		t.Error("strips")
	}
}

func TestLevels(t *testing.T) {
	t.Parallel()
	if _, err := New(Options{Level: "most"}); err == nil || err.Error() != `level "most" (none, safe and max work)` {
		t.Errorf("got %v", err)
	}
}

// What a row says must be what the engine does.
func TestRulesAskForWhatTheyHave(t *testing.T) {
	t.Parallel()
	if _, err := New(Options{Level: Max, Named: []string{}}); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range Rules() {
		if r.Name == "" || r.Name == Drop || slices.Contains(names, r.Name) {
			t.Errorf("%s: not a name of its own", r.Name)
		}
		names = append(names, r.Name)
		switch {
		case r.Level != Safe && r.Level != Max:
			t.Errorf("%s: level %q", r.Name, r.Level)
		case r.Reason == "":
			t.Errorf("%s: no reason", r.Name)
		case len(r.Files) == 0 && r.Name != DebugSymbols:
			t.Errorf("%s: takes nothing", r.Name)
		case !r.Named && (r.Where != "" || r.Unless != nil || r.Whole || r.Words || r.Together):
			t.Errorf("%s: asks for a search, and is not Named", r.Name)
		case r.Whole && r.Package == "":
			t.Errorf("%s: of no package", r.Name)
		case (r.Proof == "") != (r.Package == "" || r.Whole):
			t.Errorf("%s: rules for one package have a proof, others have tests", r.Name)
		}
	}
}

func BenchmarkRemoves(b *testing.B) {
	s, err := New(Options{Level: Max, Named: []string{"a/tests", "b/docs/**", "c/x.pyi"}})
	if err != nil {
		b.Fatal(err)
	}
	paths := []string{
		"numpy/_core/_multiarray_umath.cpython-313-x86_64-linux-gnu.so", "fastapi/applications.py", "pydantic/v1/__init__.py",
		"django/contrib/admin/static/admin/js/vendor/jquery/jquery.js", "fastapi-0.1.dist-info/METADATA",
	}
	for b.Loop() {
		for _, path := range paths {
			s.Removes("numpy", path)
		}
	}
}
