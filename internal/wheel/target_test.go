package wheel

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEnvironment(t *testing.T) {
	t.Parallel()
	got := Target{Python: "3.15.0rc1", Machine: "aarch64", Libc: Libc{Musl: true, Major: 1, Minor: 2}}.Environment()
	want := Environment{Variables: map[string]string{
		"os_name":                        "posix",
		"sys_platform":                   "linux",
		"platform_system":                "Linux",
		"platform_machine":               "aarch64",
		"platform_release":               "",
		"platform_version":               "",
		"platform_python_implementation": "CPython",
		"implementation_name":            "cpython",
		"implementation_version":         "3.15.0rc1",
		"python_version":                 "3.15",
		"python_full_version":            "3.15.0rc1",
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEnvironmentOfBuildsBetweenReleases(t *testing.T) {
	t.Parallel()
	env := Target{Python: "3.13.5+"}.Environment()
	if got := env.Variables["python_full_version"]; got != "3.13.5+local" {
		t.Errorf("python_full_version is %s", got)
	}
	if got := env.Variables["python_version"]; got != "3.13" {
		t.Errorf("python_version is %s", got)
	}
}

func TestPythonVersionIsAlwaysTwoNumbers(t *testing.T) {
	t.Parallel()
	for full, want := range map[string]string{"3.13.5": "3.13", "3.15.0a1": "3.15", "3.13": "3.13", "3.14rc1": "3.14", "3": "3", "": ""} {
		if got := minorVersion(full); got != want {
			t.Errorf("%s: %s, want %s", full, got, want)
		}
	}
}

func TestMachine(t *testing.T) {
	t.Parallel()
	for platform, want := range map[string]string{
		"amd64": "x86_64", "amd64/v3": "x86_64", "arm64": "aarch64", "arm64/v8": "aarch64",
		"arm": "armv7l", "arm/v7": "armv7l", "ppc64le": "ppc64le", "s390x": "s390x", "riscv64": "riscv64",
	} {
		arch, variant, _ := strings.Cut(platform, "/")
		if got, err := Machine(arch, variant); got != want || err != nil {
			t.Errorf("%s: %q, %v", platform, got, err)
		}
	}
	for _, platform := range []string{"", "386", "arm/v6", "arm/v5", "loong64", "mips64le"} {
		arch, variant, _ := strings.Cut(platform, "/")
		if got, err := Machine(arch, variant); err == nil || !strings.HasPrefix(err.Error(), platform+": ") {
			t.Errorf("%s: %q, %v", platform, got, err)
		}
	}
}
