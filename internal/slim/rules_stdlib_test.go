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
// library, and gives how many bytes that is.
func home(t *testing.T, from string, s *Slimmer) (dir string, left int64) {
	t.Helper()
	to := scratch(t)
	left, all, err := link(from, to, func(inside string) bool {
		parts := strings.SplitN(filepath.ToSlash(inside), "/", 3)
		if len(parts) < 3 || parts[0] != "lib" || !strings.HasPrefix(parts[1], "python3") {
			return false
		}
		_, isGone := s.Removes(Stdlib, parts[2])
		return isGone
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %.2f of %.1f MB", filepath.Base(from), float64(left)/1e6, float64(all)/1e6)
	return to, left
}

// homes are the Pythons at hand.
func homes(t *testing.T) []string {
	t.Helper()
	return []string{python(t, embedded), python(t, embedded311), machines(t)}
}

func TestPythonWorksWithoutWhatARuleTakes(t *testing.T) {
	t.Parallel()
	all := homes(t)
	for _, rule := range stdlibRules() {
		t.Run(rule.Name, func(t *testing.T) {
			t.Parallel()
			tried := false
			for _, from := range all {
				dir, left := home(t, from, slimmer(t, nil, rule))
				if left == 0 {
					continue
				}
				tried = true
				if err := prove(t, dir, "", rule.Proof); err != nil {
					t.Errorf("%s: %v", filepath.Base(from), err)
				}
				more := rule
				more.Files, more.Except, more.Named = wider[rule.Name], nil, false
				dir, _ = home(t, from, slimmer(t, nil, more))
				if err := prove(t, dir, "", rule.Proof); err == nil {
					t.Errorf("%s: the proof passes without %v", filepath.Base(from), more.Files)
				}
			}
			if !tried {
				t.Skip("no Python at hand has it")
			}
		})
	}
}

// What is proved of one rule holds with all others of its level.
func TestPythonWorksWithoutWhatAllRulesOfALevelTake(t *testing.T) {
	t.Parallel()
	levels := []struct {
		level   Level
		applied []Rule
		proved  []Rule
	}{{Safe, stdlibSafeRules(), stdlibSafeRules()}, {Max, stdlibRules(), stdlibMaxRules()}}
	for _, tt := range levels {
		for _, from := range homes(t) {
			dir, _ := home(t, from, slimmer(t, nil, tt.applied...))
			for _, rule := range tt.proved {
				if err := prove(t, dir, "", rule.Proof); err != nil {
					t.Errorf("%s: %s: %s: %v", filepath.Base(from), tt.level, rule.Name, err)
				}
			}
		}
	}
}
