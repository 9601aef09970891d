package slice

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/rootfs"
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
		{"below two conditions", "if sys.platform == 'darwin':\n  if x:\n    y\n\n  if z:\n    CDLL('libq.so')\nCDLL('libr.so')\n", "7 CDLL libr.so"},
		{"in an indented text", "  if sys.platform == 'darwin':\n    CDLL('libq.so')\n  CDLL('libr.so')\n", "3 CDLL libr.so"},
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

// Each call of a long file or line was once looked at with all that comes before it.
func TestLoadsOfGreatFilesAreFoundInOnePass(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		line int // of the last call
	}{
		"many lines": {strings.Repeat(" x = 1\n", 1<<18) + strings.Repeat(" CDLL('x')\n", maxLoads), 1<<18 + maxLoads},
		"one line":   {"if " + strings.Repeat("x", 1<<20) + strings.Repeat(" CDLL('x')", maxLoads), 1},
		"deep lines": {deep(2000) + strings.Repeat(strings.Repeat(" ", 2000)+"CDLL('x')\n", maxLoads), 2000 + maxLoads},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			loadCall.FindAllString(tt.text, -1)
			pass := time.Since(start)
			start = time.Now()
			got := loads([]byte(tt.text))
			if took := time.Since(start); took > 2*time.Second+10*pass {
				t.Errorf("took %s, and a search %s", took, pass)
			}
			if len(got) != maxLoads || got[len(got)-1].line != tt.line {
				t.Errorf("got %d calls, want %d up to line %d", len(got), maxLoads, tt.line)
			}
		})
	}
}

// deep is a text of n lines, each of which is indented under the one before.
func deep(n int) string {
	var text strings.Builder
	for i := range n {
		text.WriteString(strings.Repeat(" ", i) + "if x:\n")
	}
	return text.String()
}

func TestLoadsOfAFileHaveALimit(t *testing.T) {
	t.Parallel()
	if n := len(loads(bytes.Repeat([]byte(" CDLL('x')\n"), 20_000))); n != maxLoads {
		t.Errorf("got %d calls, want %d", n, maxLoads)
	}
}

func TestGreatSourcesAreNotLookedAt(t *testing.T) {
	t.Parallel()
	text := append([]byte("CDLL('libq.so')\n"), make([]byte, maxSource)...)
	r := &slicer{sources: []rootfs.Entry{rootfs.NewFile("/app/data.py", 0o644, text)}}
	if err := r.auditLoads(); err != nil {
		t.Fatal(err)
	}
	want := []string{"/app/data.py: no libraries looked for, it has 8388624 bytes (of up to 8388608)"}
	if diff := cmp.Diff(want, r.notes); diff != "" || len(r.warnings) > 0 {
		t.Errorf("warnings %q, notes -want +got:\n%s", r.warnings, diff)
	}
}
