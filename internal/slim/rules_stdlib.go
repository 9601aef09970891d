package slim

// stdlibRules are the rules for the standard library. What is of no interpreter's
// standard library, such as packages that lie in its directory, is not theirs: see
// internal/python.
func stdlibRules() []Rule {
	return append(stdlibSafeRules(), stdlibMaxRules()...)
}

// stdlibSafeRules are the rules for what cannot be used in an image, or by nothing.
func stdlibSafeRules() []Rule {
	return []Rule{
		{
			Name: "python-tests", Level: Safe, Package: Stdlib,
			Files: []string{
				"**/test", "**/tests", "**/idle_test", "__phello__", "__hello__.py",
				"lib-dynload/_test*", "lib-dynload/_ctypes_test.*", "lib-dynload/_xxtestfuzz.*",
				"lib-dynload/xxlimited*", "lib-dynload/xxsubtype.*",
			},
			Reason: "Python's own tests, and modules that only they load: the documentation says that nothing else may import them",
			Saves:  "3.13.2 on Alpine: 0.9 MB; 3.14.6: 0.7 MB. Official images have no `test` any more",
			Proof: `
import ctypes, doctest, json, multiprocessing, unittest, unittest.mock
class Test(unittest.TestCase):
    def test(self):
        self.assertEqual(unittest.mock.Mock(return_value=1)(), 1)
result = unittest.TextTestRunner().run(unittest.defaultTestLoader.loadTestsFromTestCase(Test))
assert result.testsRun == 1 and result.wasSuccessful()
assert ctypes.sizeof(ctypes.c_int) == 4
assert doctest.testmod(json).failed == 0
`,
		},
		{
			Name: "python-tk", Level: Safe, Package: Stdlib,
			Files:  []string{"tkinter", "turtle.py", "turtledemo", "idlelib", "lib-dynload/_tkinter.*"},
			Reason: "windows: they cannot be opened without the libraries of Tk and a display, and an image has neither",
			Saves:  "3.13.2 on Alpine: 1.7 MB; 3.14.6: 0.5 MB",
			Proof: `
import importlib.util, webbrowser, cmd, code
assert importlib.util.find_spec("tkinter") is None
try:
    import tkinter
except ModuleNotFoundError as e:
    assert e.name == "tkinter"
`,
		},
		{
			Name: "python-ensurepip", Level: Safe, Package: Stdlib,
			Files:  []string{"ensurepip"},
			Reason: "a wheel of pip, and what installs it: an image has its packages already, and nobody there who may write to them",
			Saves:  "3.13.2 on Alpine: 1.8 MB, which no compression makes smaller",
			Proof: `
import sys, tempfile, venv
with tempfile.TemporaryDirectory() as d:
    venv.create(d, with_pip=False)
`,
		},
		{
			Name: "python-build", Level: Safe, Package: Stdlib,
			Files:  []string{"config-*", "**/*.a"},
			Reason: "makefile, objects and scripts that Python was made with: for compilers. What `sysconfig` tells of them is in a module",
			Saves:  "3.13.2 on Alpine: 0.3 MB; 3.14.6: 0.3 MB",
			Proof: `
import sysconfig, platform, configparser
assert sysconfig.get_config_var("EXT_SUFFIX").endswith(".so")
assert sysconfig.get_config_vars()["prefix"] and sysconfig.get_platform()
assert sysconfig.get_paths()["purelib"]
`,
		},
		{
			Name: "python-help", Level: Safe, Package: Stdlib, Named: true,
			Files:  []string{"pydoc_data"},
			Reason: "the language reference that `help('if')` shows. Without it `help` says so, and shows what objects say of themselves",
			Saves:  "3.13.2 on Alpine: 0.8 MB",
			Proof: `
import io, pydoc
assert "absolute value" in pydoc.render_doc(abs)
out = io.StringIO()
pydoc.Helper(output=out).help("if")
assert "not available" in out.getvalue()
`,
		},
		{
			Name: "python-lib2to3", Level: Safe, Package: Stdlib, Named: true,
			Files:  []string{"lib2to3"},
			Reason: "turns Python 2 into Python 3; deprecated since 3.11, gone in 3.13",
			Saves:  "3.12.11 on Alpine: 0.3 MB",
			Proof: `
import ast, io, tokenize
assert len(list(tokenize.generate_tokens(io.StringIO("x = 1\n").readline))) == 5 and ast.unparse(ast.parse("x=1")) == "x = 1"
`,
		},
		{
			Name: "python-twins", Level: Safe, Package: Stdlib, Named: true,
			Files:  []string{"_pydecimal.py", "_pydatetime.py", "_pyio.py"},
			Reason: "copies of C modules in Python, for interpreters that lack the C modules; who has `_decimal`, `_datetime` and `_io` never loads them",
			Saves:  "3.13.2 on Alpine: 0.4 MB",
			Proof: `
import datetime, decimal, io, pickle, statistics
assert decimal.Decimal("0.1") + decimal.Decimal("0.2") == decimal.Decimal("0.3")
day = datetime.datetime(2024, 2, 29, tzinfo=datetime.timezone.utc)
assert pickle.loads(pickle.dumps(day)) == day and day.strftime("%d") == "29"
assert datetime.datetime.strptime("2024", "%Y").year == 2024
assert io.TextIOWrapper(io.BytesIO(b"x")).read() == "x"
`,
		},
		{
			Name: "python-terminal", Level: Safe, Package: Stdlib, Named: true,
			Files:  []string{"curses", "rlcompleter.py", "lib-dynload/_curses*", "lib-dynload/readline.*"},
			Reason: "the keyboard and the screen of a terminal: a service has none. The prompt of `python` works without them",
			Saves:  "3.13.2 on Alpine: 0.2 MB, and 0.6 MB of libncursesw, libpanelw and libreadline",
			Proof: `
import cmd, code, getpass, pdb, pydoc, site, subprocess, sys
assert subprocess.run([sys.executable, "-i"], input="print(6*7)\n", capture_output=True, text=True).stdout.strip() == "42"
`,
		},
	}
}
