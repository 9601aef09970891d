package slice

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLoads(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"find_library", `x = find_library("magic")`, "1 find_library magic"},
		{"by its module", "\n\nctypes.util.find_library('m1', )", "3 find_library m1"},
		{"by another name", `_find_library('sndfile')`, "1 find_library sndfile"},
		{"CDLL", `CDLL("libq.so.1", mode=RTLD_GLOBAL)`, "1 CDLL libq.so.1"},
		{"PyDLL", `ctypes.PyDLL("libq.so.1")`, "1 CDLL libq.so.1"},
		{"LoadLibrary", `cdll.LoadLibrary("libq.so")`, "1 CDLL libq.so"},
		{"dlopen with others to try", "_dlopen(\n  ffi, ('a', \"libb.so.2\"),\n 'c')\n'd'", "1 CDLL a libb.so.2 c"},
		{"two in a line", `a = CDLL("x"), CDLL("y")`, "1 CDLL x\n1 CDLL y"},
		{"a name that is made", "CDLL(name)\nCDLL(f())", ""},
		{"no call", `find_library = CDLL; "find_library"`, ""},
		{"a definition", `def find_library(name="x"):`, ""},
		{"a comment", `  # find_library("magic")`, ""},
		{"an example", `   >>> CDLL("libq.so")`, ""},
		{"of Windows", `ctypes.windll.LoadLibrary("libq.so")`, ""},
		{"a longer name", `my_CDLL("libq.so")`, ""},
		{"never closed", `CDLL("libq.so"`, "1 CDLL libq.so"},
		{"below a condition", "if sys.platform == 'darwin':\n    if x:\n        CDLL('libq.so')\n", ""},
		{"after a condition", "if os.name == 'nt':\n    pass\n\nCDLL('libq.so')\n", "4 CDLL libq.so"},
		{"the other branch", "if sys.platform == 'win32':\n    a()\nelse:\n    CDLL('libq.so')\n", "4 CDLL libq.so"},
		{"a branch of elif", "if a:\n    a()\nelif platform.system() == 'Windows':\n    CDLL('libq.so')\n", ""},
		{"unless another system", "if sys.platform != 'win32':\n    CDLL('libq.so')\n", "2 CDLL libq.so"},
		{"one of several systems", "if sys.platform in ('linux', 'darwin'):\n    CDLL('libq.so')\n", "2 CDLL libq.so"},
		{"on the line of the condition", "if sys.platform == 'darwin': CDLL('libq.so')\n", ""},
		{"in a function", "def f():\n\n    \"\"\"Of darwin.\"\"\"\n    CDLL('libq.so')\n", "4 CDLL libq.so"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, l := range loads([]byte(tt.text)) {
				got = append(got, fmt.Sprintf("%d %s %s", l.line, l.call, strings.Join(l.names, " ")))
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if tt.want != "" && !MayLoad([]byte(tt.text)) {
				t.Error("the quick look passes it over")
			}
		})
	}
}
