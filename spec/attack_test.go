package spec

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

// attacks are files as big as they may be, made to keep a parser busy.
func attacks() map[string]string {
	fill := func(head, repeated, tail string) string {
		n := (maxSize - len(head) - len(tail)) / len(repeated)
		return head + strings.Repeat(repeated, n) + tail
	}
	const head = "name: a\ncommand: [a]\n"
	return map[string]string{
		"deep flow lists":           fill("", "[", ""),
		"deep flow lists, closed":   strings.Repeat("[", 9999) + strings.Repeat("]", 9999),
		"deep flow lists, by lines": fill("", "[\n", ""),
		"deep flow mappings":        fill("", "{a: ", ""),
		"deep block lists":          fill("", "- ", ""),
		"deep complex keys":         fill("", "? ", ""),
		"deep block mappings":       deepMappings(),
		"deep lists with comments":  fill("", "[#\n", ""),
		"empty lists":               fill("a: [", "[],", "]"),
		"commas":                    fill(head+"writable: [", "a,", "]"),
		"short items":               fill(head+"writable:\n", "- a\n", ""),
		"empty items":               fill(head+"ports:\n", "-\n", ""),
		"wrong ports":               fill(head+"ports: [", "0,", "]"),
		"equal ports":               fill(head+"ports: [", "1,", "]"),
		"comments":                  fill(head, "#\n", ""),
		"comments between keys":     fill("", "#\na: b\n", ""),
		"comments between items":    fill("- a\n", "# c\n\n- b\n", ""),
		"comments in a flow list":   fill("[", "a, #\n", ""),
		"one key again and again":   fill("", "a: b\n", ""),
		"unknown keys":              manyKeys("", ": b\n"),
		"variables":                 manyKeys(head+"env:\n", ": b\n"),
		"variables as mappings":     manyKeys(head+"env:\n", ": {value: b}\n"),
		"variables as lists":        manyKeys(head+"env:\n", ": []\n"),
		"labels":                    manyKeys(head+"labels:\n", ": b\n"),
		"unknown arguments":         fill(head+"env: {A: \"", "${A}", "\"}"),
		"arguments of arguments":    fill(head+"args: {A: "+strings.Repeat("x", maxSize/2)+"}\nenv: {A: \"", "${A}", "\"}"),
		"escaped arguments":         fill(head+"env: {A: \"", "$${", "\"}"),
		"long key":                  fill("? \"", "a", "\"\n: b\n"),
		"items below a long key":    "? \"" + strings.Repeat("k", maxSize/2) + "\"\n: [" + strings.Repeat("a,", maxSize/5) + "]\n",
		"items below long keys":     longKeys(),
		"long word":                 fill("name: ", "a", "\n"),
		"long words":                fill("command: [", strings.Repeat("a", 100)+",", "]"),
		"wide characters":           fill(head+"writable: [", "ü,", "]"),
		"anchors":                   fill("", "- &a b\n", ""),
		"aliases":                   fill("- &a b\n", "- *a\n", ""),
		"aliases of aliases":        laughs(),
		"merge keys":                fill("a: &a {}\n", "<<: *a\n", ""),
		"tags":                      fill("", "- !a\n", ""),
		"documents":                 fill("", "---\n", ""),
		"block texts":               fill(head+"writable:\n", "- |\n", ""),
		"block texts in env":        manyKeys(head+"env:\n", ": |\n"),
		"block texts, blank lines":  fill(head+"writable:\n- |\n a\n", "\n", "- b\n"),
		"folded text":               fill("name: >\n", " b\n", ""),
		"plain text on many lines":  fill("name:", "\n b", ""),
		"quoted text on many lines": fill("name: \"", "\n", "\""),
		"quote not closed":          fill("name: \"", "a\n", ""),
		"error at the end":          fill("", "a: b\n", "\t: :"),
		"error at the end of lists": fill("a:\n", "- b\n", "}"),
		"spaces":                    fill("", " ", ""),
		"tabs":                      fill("a:", "\t", "b"),
		"secrets":                   fill(head+"env: {A: \"", "AKIA ghp_ eyJ sk- xoxb- AIza hf_ SG. password= ://", "\"}"),
		"user names in URLs":        fill(head+"env: {A: \"", "a://a:", "\"}"),
		"capital letters":           fill(head+"env: {A: \"", "A", "\"}"),
		"connection strings":        fill(head+"env: {A: \"", "-pwd=a", "\"}"),
		"patterns":                  fill(head+"app:\n include:\n", "  - \"**/*a\"\n", ""),
		"stars":                     fill(head+"app:\n include: [\"", "*a", "\"]"),
		"patterns of stars":         fill(head+"app:\n include:\n", " - \""+strings.Repeat("*a", 120)+"\"\n", ""),
		"patterns of double stars":  fill(head+"app:\n include:\n", " - \""+strings.Repeat("**/", 80)+"\"\n", ""),
		"patterns of brackets":      fill(head+"app:\n include:\n", " - \""+strings.Repeat("[a]", 80)+"\"\n", ""),
		"brackets in a pattern":     fill(head+"app:\n include: [\"", "[a]", "\"]"),
		"long durations":            fill(head+"health: {http: /, port: 1, interval: ", "1", "h}"),
		"long numbers":              fill(head+"ports: [", "1", "]"),
		"long version":              fill(head+"version: ", "1", ".x\n"),
		"long python":               fill(head+"python: \"3.", "1", "\"\n"),
		"long signal":               fill(head+"stop_signal: ", "S", "\n"),
		"long package":              fill(head+"runtime: {packages: [", "a-", "]}"),
		"writable paths":            fill(head+"writable: [", "/a/b,", "]"),
		"writable path":             fill(head+"writable: [", "/a", "]"),
		"different writable paths":  manyKeys(head+"writable:\n", "/x\n"),
		"long image":                fill(head+"runtime: {image: ", "a/", "b}"),
		"long image name":           fill(head+"runtime: {image: ", "a.", "b}"),
		"long name":                 fill("name: ", "a-", "b"),
		"NUL at the end":            fill("a: ", "b", "\x00"),
		"NULs":                      fill("", "\x00", ""),
		"carriage returns":          fill("", "\r\n", ""),
	}
}

func deepMappings() string {
	var b strings.Builder
	for i := 0; b.Len() < maxSize-400; i++ {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

// manyKeys makes as many different keys as fit, each followed by rest.
func manyKeys(head, rest string) string {
	var b strings.Builder
	b.WriteString(head)
	indent := " "
	if head == "" {
		indent = ""
	}
	if strings.HasSuffix(head, "writable:\n") {
		indent = "- /"
	}
	const digits = "abcdefghijklmnopqrstuvwxyz"
	for i := 0; b.Len() < maxSize-20; i++ {
		key := []byte{digits[i%26], digits[i/26%26], digits[i/26/26%26]}
		b.WriteString(indent + string(key) + rest)
	}
	return b.String()
}

func longKeys() string {
	var b strings.Builder
	for i := range maxPath + 2 {
		b.WriteString(strings.Repeat(" ", i) + strings.Repeat("k", 4000) + ":\n")
	}
	b.WriteString(strings.Repeat(" ", maxPath+2) + "[" + strings.Repeat("a,", 10000) + "]\n")
	return b.String()
}

// laughs makes a value that would have billions of items with its aliases resolved.
func laughs() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n")
	for c := 'b'; c <= 'z'; c++ {
		last := "*" + string(c-1) + "0"
		b.WriteString(string(c) + "0: &" + string(c) + "0 [" + strings.Repeat(last+",", 10) + "]\n")
	}
	return b.String()
}

// TestAttacksAreBounded allows 64 MB to be allocated for a file, freed or not, and
// gives it three tries to be read with 300 ms of work: none takes more than 80 ms on
// a quiet machine of 2026, and 100 ms are the promise; the rest is for others.
func TestAttacksAreBounded(t *testing.T) {
	const limit = 300 * time.Millisecond * slowdown
	for name, data := range attacks() {
		t.Run(name, func(t *testing.T) {
			if len(data) > maxSize {
				t.Fatalf("%d bytes", len(data))
			}
			defer pin()()
			var least time.Duration
			var allocated uint64
			for try := 0; try == 0 || try < 3 && least > limit; try++ {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				start := clock()
				_, _ = Parse("keelback.yaml", []byte(data), nil)
				if d := clock() - start; try == 0 || d < least {
					least = d
				}
				runtime.ReadMemStats(&after)
				allocated = after.TotalAlloc - before.TotalAlloc
			}
			t.Logf("%v, %d MB", least.Round(time.Millisecond), allocated>>20)
			if least > limit {
				t.Errorf("took %v", least)
			}
			if allocated > 64<<20 && slowdown == 1 {
				t.Errorf("allocated %d MB", allocated>>20)
			}
		})
	}
}
