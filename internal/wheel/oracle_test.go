package wheel

import (
	"crypto/sha256"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The tests of this file compare with what packaging answered: testdata/oracle has the
// program that wrote those files, and their formats.

// goldenLines gives the lines of a golden file without its comments.
func goldenLines(t *testing.T, file string) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(data)) {
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, strings.TrimSuffix(line, "\n"))
		}
	}
	return lines
}

// goldenTarget reads "PYTHON MACHINE LIBC VERSION".
func goldenTarget(t *testing.T, text string) Target {
	t.Helper()
	fields := strings.Fields(text)
	if len(fields) != 4 {
		t.Fatalf("no target: %q", text)
	}
	target := Target{Machine: fields[1], Libc: Libc{Musl: fields[2] == "musl"}}
	target.Python, target.FreeThreaded = strings.CutSuffix(fields[0], "t")
	if _, err := fmt.Sscanf(fields[3], "%d.%d", &target.Libc.Major, &target.Libc.Minor); err != nil {
		t.Fatal(err)
	}
	return target
}

// goldenTargets reads the targets that the comments of a golden file list.
func goldenTargets(t *testing.T, file string) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	var targets []string
	for line := range strings.Lines(string(data)) {
		comment, ok := strings.CutPrefix(line, "# ")
		if ok && (strings.Contains(comment, " musl ") || strings.Contains(comment, " glibc ")) {
			targets = append(targets, strings.TrimSpace(comment))
		}
	}
	return targets
}

func TestTagsAgreeWithPackaging(t *testing.T) {
	t.Parallel()
	lines := goldenLines(t, "tags.txt")
	if len(lines) < 300 {
		t.Fatalf("%d targets: the golden file is not whole", len(lines))
	}
	for _, line := range lines {
		text, want, _ := strings.Cut(line, ": ")
		tags := goldenTarget(t, text).Tags()
		var b strings.Builder
		for _, tag := range tags {
			b.WriteString(tag.String() + "\n")
		}
		if got := fmt.Sprintf("%d %x", len(tags), sha256.Sum256([]byte(b.String()))); got != want {
			t.Errorf("%s: tags %s, packaging has %s", text, got, want)
		}
	}
}

func TestVersionsAgreeWithPackaging(t *testing.T) {
	t.Parallel()
	lines := goldenLines(t, "versions.txt")
	if len(lines) < 1000 {
		t.Fatalf("%d versions: the golden file is not whole", len(lines))
	}
	type entry struct {
		order   int
		text    string
		version Version
	}
	var valid []entry
	for _, line := range lines {
		fields := strings.SplitN(line, " ", 3)
		order, normal, text := fields[0], fields[1], fields[2]
		v, err := ParseVersion(text)
		if (err != nil) != (order == "!") {
			t.Errorf("ParseVersion(%q): %v, packaging has %s", text, err, normal)
			continue
		}
		if err != nil {
			continue
		}
		if v.String() != normal {
			t.Errorf("%q is %s, packaging has %s", text, v, normal)
		}
		n, err := strconv.Atoi(order)
		if err != nil {
			t.Fatal(err)
		}
		valid = append(valid, entry{n, text, v})
	}
	for _, a := range valid {
		for _, b := range valid {
			want := min(1, max(-1, a.order-b.order))
			if got := a.version.Compare(b.version); got != want {
				t.Fatalf("%s compared to %s: %d, packaging has %d", a.text, b.text, got, want)
			}
		}
	}
}

func TestSpecifiersAgreeWithPackaging(t *testing.T) {
	t.Parallel()
	lines := goldenLines(t, "specifiers.txt")
	if len(lines) < 600 {
		t.Fatalf("%d specifiers: the golden file is not whole", len(lines))
	}
	versions := strings.Fields(lines[0])
	for _, line := range lines[1:] {
		bits, text, _ := strings.Cut(line, " ")
		s, err := ParseSpecifiers(text)
		if (err != nil) != (bits == "!") {
			t.Errorf("ParseSpecifiers(%q): %v, packaging has %s", text, err, bits)
		}
		if err != nil {
			continue
		}
		want, ok := new(big.Int).SetString(bits, 16)
		if !ok {
			t.Fatalf("no number: %q", bits)
		}
		for i, version := range versions {
			if got := s.Contains(version); got != (want.Bit(i) == 1) {
				t.Errorf("%q contains %s: %t, packaging does not agree", text, version, got)
			}
		}
	}
}

func TestMarkersAgreeWithPackaging(t *testing.T) {
	t.Parallel()
	var environments []Environment
	for _, line := range goldenTargets(t, "markers.txt") {
		target, sets, _ := strings.Cut(line, ": ")
		env := goldenTarget(t, target).Environment()
		fields := strings.Fields(sets)
		env.Extra, env.Extras, env.Groups = goldenSet(fields[0]), goldenSet(fields[1]), goldenSet(fields[2])
		environments = append(environments, env)
	}
	lines := goldenLines(t, "markers.txt")
	if len(lines) < 2000 || len(environments) != 7 {
		t.Fatalf("%d markers in %d environments: the golden file is not whole", len(lines), len(environments))
	}
	for _, line := range lines {
		want, text, _ := strings.Cut(line, " ")
		m, err := ParseMarker(text)
		got := "!"
		if err == nil {
			got = ""
			for _, env := range environments {
				got += goldenDigit(m.Match(env))
			}
		}
		if got != want {
			t.Errorf("%s: %s, packaging has %s (error: %v)", text, got, want, err)
		}
	}
}

func goldenSet(text string) []string {
	if text == "-" {
		return nil
	}
	return strings.Split(text, ",")
}

func goldenDigit(holds bool) string {
	if holds {
		return "1"
	}
	return "0"
}

func TestRealLocksGetTheMarkersOfPackaging(t *testing.T) {
	t.Parallel()
	targets := goldenTargets(t, "packages.txt")
	locks, err := filepath.Glob("testdata/locks/*.txt")
	if err != nil || len(locks) < 40 {
		t.Fatalf("%d locks, %v: the golden files are not whole", len(locks), err)
	}
	for _, lock := range locks {
		t.Run(strings.TrimSuffix(filepath.Base(lock), ".txt"), func(t *testing.T) {
			t.Parallel()
			for _, line := range goldenLines(t, filepath.Join("locks", filepath.Base(lock))) {
				fields := append(strings.SplitN(line, " ", 4), "")
				m, err := ParseMarker(fields[3])
				if err != nil {
					t.Errorf("%s: %v", fields[1], err)
					continue
				}
				got := ""
				for _, target := range targets {
					got += goldenDigit(m.Match(goldenTarget(t, target).Environment()))
				}
				if got != fields[0] {
					t.Errorf("%s: %s: %s, packaging has %s", fields[1], m, got, fields[0])
				}
			}
		})
	}
}

func TestRealLocksGetTheWheelsOfPackaging(t *testing.T) {
	t.Parallel()
	names := goldenTargets(t, "packages.txt")
	var selectors []*Selector
	for _, target := range names {
		selectors = append(selectors, goldenTarget(t, target).Selector())
	}
	var title, prefix string
	var files []Name
	var index []int // of the files whose names are names of wheels
	count, packages := 0, 0
	for _, line := range goldenLines(t, "packages.txt") {
		switch line[0] {
		case '-', '+':
			file := line[1:] + ".whl"
			if line[0] == '-' {
				file = prefix + line + ".whl"
			}
			if n, err := ParseName(file); err == nil {
				files, index = append(files, n), append(index, count)
			}
			count++
		case '=':
			var got []string
			for _, s := range selectors {
				choice := "-"
				if best := s.Best(files); best >= 0 {
					choice = strconv.Itoa(index[best])
				}
				got = append(got, choice)
			}
			want := strings.Fields(line[2:])
			if len(want) == 1 {
				want = slices.Repeat(want, len(selectors))
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: wheels %s, packaging has %s, for %s", title, got, want, names)
			}
			packages++
		default:
			fields := strings.Fields(line)
			title, prefix = fields[0]+" "+fields[1], strings.ReplaceAll(fields[0], "-", "_")+"-"+fields[1]
			if len(fields) > 2 {
				prefix = fields[2]
			}
			files, index, count = nil, nil, 0
		}
	}
	if packages < 1000 || len(selectors) != 12 {
		t.Errorf("%d packages for %d targets: the golden file is not whole", packages, len(selectors))
	}
}
