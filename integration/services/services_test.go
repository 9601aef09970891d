package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEachServiceHasTheSpecsOfItsVariantsAndALockWithoutURLs(t *testing.T) {
	t.Parallel()
	for _, s := range services() {
		for _, v := range s.variants() {
			data, err := os.ReadFile(filepath.Join(s.name, v.spec))
			if err != nil {
				t.Error(err)
			}
			if !strings.Contains(string(data), "\nports: ["+s.port+"]\n") {
				t.Errorf("%s/%s does not listen on port %s", s.name, v.spec, s.port)
			}
		}
		lock, err := os.ReadFile(filepath.Join(s.name, "requirements.txt"))
		if err != nil {
			t.Error(err)
		}
		if strings.Contains(string(lock), "://") {
			t.Errorf("%s/requirements.txt has URLs", s.name)
		}
	}
}

func TestAKeyOfASpecIsSet(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, key, value, want string }{
		{"that it has", "bytecode", "strip", "name: a\nport: 1\nbytecode: strip\n"},
		{"that it lacks", "slim", "max", "name: a\nbytecode: imported\nport: 1\nslim: max\n"},
		{"not at all", "", "", "name: a\nbytecode: imported\nport: 1\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			spec := filepath.Join(t.TempDir(), "keelback.yaml")
			if err := os.WriteFile(spec, []byte("name: a\nbytecode: imported\nport: 1\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := set(spec, test.key, test.value); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(spec)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, string(got)); diff != "" {
				t.Errorf("set (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOnlyAnswersToTheSameQuestionAreCompared(t *testing.T) {
	t.Parallel()
	got := differences(
		[]answer{{"GET /a", "1"}, {"GET /b", "2"}},
		[]answer{{"GET /a", "1"}, {"GET /b", "3"}, {"GET /c", "4"}},
	)
	want := []string{"GET /b: another answer than before: 3, was 2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("differences (-want +got):\n%s", diff)
	}
}

func TestALogTellsWhatIsLost(t *testing.T) {
	t.Parallel()
	got := lost([]byte("started\n  ModuleNotFoundError: No module named 'a'\nGET / 200\n"))
	want := []string{"its log has: ModuleNotFoundError: No module named 'a'"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lost (-want +got):\n%s", diff)
	}
}

func TestVariantsAreBuiltAsTheyAreAskedFor(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		opt  options
		want string
	}{
		{"by default", options{}, "wagtail/distroless wagtail/alpine"},
		{"all", options{all: true}, "wagtail/none wagtail/distroless wagtail/max wagtail/strip wagtail/compile wagtail/alpine-none wagtail/alpine wagtail/alpine-max"},
		{"one of another service", options{only: "locust/max"}, ""},
		{"one", options{only: "wagtail/max"}, "wagtail/max"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			s := services()[0]
			for _, v := range s.variants() {
				if test.opt.wants(s, v) {
					got = append(got, s.name+"/"+v.name)
				}
			}
			if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("variants (-want +got):\n%s", diff)
			}
		})
	}
}
