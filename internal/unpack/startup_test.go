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
	const what = "runs code each time Python starts (if that is right: dependencies: {allow_startup: [evil]})"
	run(t, []attack{
		{"a line of code", file("evil.pth", "# harmless\nimport os; os.system('id')\n"), "evil.pth: " + what},
		{"behind a carriage return", file("evil.pth", "# harmless\rimport evil\n"), "evil.pth: " + what},
		{"behind a byte order mark", file("evil.pth", "\ufeffimport evil\n"), "evil.pth: " + what},
		{"in the scheme of data", file("evil-1.0.data/data/lib/python3.13/site-packages/evil.pth", "import\tevil\n"), "evil-1.0.data/data/lib/python3.13/site-packages/evil.pth: " + what},
		{"after what setuptools writes", file("evil-nspkg.pth", "import sys, types, os;has_mfs = sys.version_info > (3, 5);os.system('id')\n"), "evil-nspkg.pth: " + what},
		{"in a name that setuptools would write", file("evil-nspkg.pth", "import sys, types, os;m = m or sys.modules.setdefault('a', types.ModuleType('a'+exec('1')))\n"), "evil-nspkg.pth: " + what},
		{"the line of setuptools itself", file("distutils-precedence.pth", "import os; enabled and __import__('_distutils_hack').add_shim()\n"), "distutils-precedence.pth: " + what},
		{"sitecustomize", file("sitecustomize.py", ""), "sitecustomize.py: " + what},
		{"a package usercustomize", file("usercustomize/__init__.py", ""), "usercustomize/__init__.py: " + what},
		{"a compiled sitecustomize", file("sitecustomize.cpython-313-x86_64-linux-gnu.so", ""), "sitecustomize.cpython-313-x86_64-linux-gnu.so: " + what},
	})
}
