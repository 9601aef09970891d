//go:build integration

package slim

import (
	"path/filepath"
	"strings"
	"testing"
)

// wider has for each rule for the standard library one that takes more: with that, its
// proof has to fail.
var wider = map[string][]string{
	"python-tests":             {"**/*test*"},
	"python-tk":                {"tkinter", "c*.py"},
	"python-ensurepip":         {"ensurepip", "venv"},
	"python-build":             {"config*"},
	"python-help":              {"pydoc*"},
	"python-lib2to3":           {"lib2to3", "token*.py"},
	"python-twins":             {"*decimal.py"},
	"python-east-asian-codecs": {"encodings/*_*.py"},
	"python-databases":         {"sqlite3", "dbm", "pickle.py"},
	"python-terminal":          {"curses", "c*.py"},
	"python-tools":             {"venv", "p*.py"},
	"python-protocols":         {"xmlrpc", "*lib.py"},
	"python-distutils":         {"distutils", "sysconfig*"},
}

// home makes the folder of a Python without what a Slimmer takes of its standard
// library, and gives how many bytes each rule took.
func home(t *testing.T, from string, s *Slimmer) (dir string, taken map[string]int64) {
	t.Helper()
	dir, taken = scratch(t), map[string]int64{}
	_, err := link(from, dir, func(inside string, size int64) bool {
		parts := strings.SplitN(filepath.ToSlash(inside), "/", 3)
		if len(parts) < 3 || parts[0] != "lib" || !strings.HasPrefix(parts[1], "python3") {
			return false
		}
		rule, isGone := s.Removes(Stdlib, parts[2])
		taken[rule] += size
		return isGone
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir, taken
}

// homes are the Pythons at hand.
func homes(t *testing.T) []string {
	t.Helper()
	return []string{python(t, embedded), python(t, embedded311), machines(t)}
}

func TestPythonWorksWithoutWhatItsRulesTake(t *testing.T) {
	t.Parallel()
	levels := []struct {
		level   Level
		applied []Rule
		proved  []Rule // what the others of its level leave whole
	}{{Safe, stdlibSafeRules(), stdlibSafeRules()}, {Max, stdlibRules(), stdlibMaxRules()}}
	for _, tt := range levels {
		for _, from := range homes(t) {
			t.Run(string(tt.level)+"/"+filepath.Base(from), func(t *testing.T) {
				t.Parallel()
				dir, taken := home(t, from, slimmer(t, nil, tt.applied...))
				for _, rule := range tt.proved {
					t.Logf("%s: %.2f MB", rule.Name, float64(taken[rule.Name])/1e6)
					if err := prove(t, dir, "", rule.Proof); err != nil {
						t.Errorf("%s: %v", rule.Name, err)
					}
				}
			})
		}
	}
}

func TestProofsOfPythonFailWhenARuleTakesMore(t *testing.T) {
	t.Parallel()
	all := homes(t)
	for _, rule := range stdlibRules() {
		t.Run(rule.Name, func(t *testing.T) {
			t.Parallel()
			for _, from := range all {
				if _, taken := home(t, from, slimmer(t, nil, rule)); taken[rule.Name] == 0 {
					continue // it is not in this one
				}
				more := rule
				more.Files, more.Named = wider[rule.Name], false
				dir, _ := home(t, from, slimmer(t, nil, more))
				if err := prove(t, dir, "", rule.Proof); err == nil {
					t.Errorf("%s: the proof passes without %v", filepath.Base(from), more.Files)
				}
			}
		})
	}
}
