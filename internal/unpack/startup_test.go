package unpack_test

import (
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

func TestCodeThatRunsWhenPythonStarts(t *testing.T) {
	file := func(name, text string) func(*testing.T) archive {
		return func(t *testing.T) archive {
			t.Helper()
			return wheelOf(t, evil, []txtar.File{{Name: name, Data: []byte(text)}, {Name: "evil.py"}})
		}
	}
	files := func(text string) func(*testing.T) archive {
		return func(t *testing.T) archive {
			t.Helper()
			return wheel(t, evil, text)
		}
	}
	const (
		allow = " (if that is right: dependencies: {allow_startup: [evil]})"
		what  = "runs code each time Python starts" + allow
		plain = "evil.pth: is not plain text, so that Python may find a line anywhere in it that it runs when it starts" + allow
		spec  = "-- evil-nspkg.pth --\nimport sys, types, os;m = sys.modules.setdefault('a.b', importlib.util.module_from_spec(importlib.machinery.PathFinder.find_spec('a.b', [os.path.dirname(p)])))\n"
	)
	elsewhere := func(dir string) string {
		return "evil.pth: makes Python look for code in " + dir + ", which is no directory of the wheel" + allow
	}
	run(t, []attack{
		{"a line of code", file("evil.pth", "# harmless\nimport os; os.system('id')\n"), "evil.pth: " + what},
		{"behind a carriage return", file("evil.pth", "# harmless\rimport evil\n"), "evil.pth: " + what},
		{"behind a byte order mark", file("evil.pth", "\ufeffimport evil\n"), plain},
		{"behind a form feed", file("evil.pth", "# harmless\fimport evil\n"), plain},
		{"behind a line separator", file("evil.pth", "# harmless\u2028import evil\n"), plain},
		{"in another encoding", file("evil.pth", "# harmless \x85import evil\n"), plain},
		{"in the scheme of data", file("evil-1.0.data/data/lib/python3.13/site-packages/evil.pth", "import\tevil\n"), "evil-1.0.data/data/lib/python3.13/site-packages/evil.pth: " + what},
		{"after what setuptools writes", file("evil-nspkg.pth", "import sys, types, os;has_mfs = sys.version_info > (3, 5);os.system('id')\n"), "evil-nspkg.pth: " + what},
		{"in a name that setuptools would write", file("evil-nspkg.pth", "import sys, types, os;m = m or sys.modules.setdefault('a', types.ModuleType('a'+exec('1')))\n"), "evil-nspkg.pth: " + what},
		{"the line of setuptools itself", file("distutils-precedence.pth", "import os; enabled and __import__('_distutils_hack').add_shim()\n"), "distutils-precedence.pth: " + what},
		{"sitecustomize", file("sitecustomize.py", ""), "sitecustomize.py: " + what},
		{"a package usercustomize", file("usercustomize/__init__.py", ""), "usercustomize/__init__.py: " + what},
		{"a compiled sitecustomize", file("sitecustomize.cpython-313-x86_64-linux-gnu.so", ""), "sitecustomize.cpython-313-x86_64-linux-gnu.so: " + what},
		{"sitecustomize in a directory that is searched", files("-- evil.pth --\nlib/evil/\n-- lib/evil/sitecustomize.py --\n"), "lib/evil/sitecustomize.py: " + what},
		{"a package sitecustomize in such a directory", files("-- evil.pth --\n./lib \n-- lib/sitecustomize/__init__.pyc --\n"), "lib/sitecustomize/__init__.pyc: " + what},
		{"in such a directory, by the scheme of data", files("-- evil.pth --\nlib\n-- evil-1.0.data/data/lib/python3.13/site-packages/lib/usercustomize.abi3.so --\n"), "evil-1.0.data/data/lib/python3.13/site-packages/lib/usercustomize.abi3.so: " + what},
		{"an archive that is searched", file("evil.pth", "evil.py\n"), elsewhere("evil.py")},
		{"a directory of another wheel that is searched", file("evil.pth", "# x\n\nother\n"), elsewhere("other")},
		{"a directory that begins with a space", files("-- evil.pth --\n lib\n-- lib/x.py --\n"), elsewhere(" lib")},
		{"a directory above that is searched", file("evil.pth", "../elsewhere\n"), elsewhere("../elsewhere")},
		{"an absolute directory that is searched", file("evil.pth", "/tmp\n"), elsewhere("/tmp")},
		{"entry points of PEP 829", file("evil.start", "evil:main\n"), "evil.start: " + what},
		{"a compiled module of a namespace", files(spec + "-- a/b.abi3.so --\n"), "evil-nspkg.pth: " + what},
		{"a compiled package of a namespace", files(spec + "-- a/b/__init__.cpython-313-x86_64-linux-gnu.so --\n"), "evil-nspkg.pth: " + what},
		{"a compiled module of a namespace that ends in a dot", file("evil-nspkg.pth", "import sys, types, os;p = os.path.join(sys._getframe(1).f_locals['sitedir'], *('a.',))\n"), "evil-nspkg.pth: " + what},
	})
}
