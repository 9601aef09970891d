package wheel

import (
	"fmt"
	"strings"
)

// Libc is a C library with its version, such as musl 1.2 or glibc 2.41.
type Libc struct {
	Musl         bool
	Major, Minor int
}

// String is the library as people write it, such as "musl 1.2".
func (l Libc) String() string {
	name := "glibc"
	if l.Musl {
		name = "musl"
	}
	return fmt.Sprintf("%s %d.%d", name, l.Major, l.Minor)
}

// Target is what wheels are to run on: CPython on Linux.
type Target struct {
	// Python is the full version of the interpreter, such as 3.13.5 or 3.15.0rc1.
	Python string

	// FreeThreaded tells of the interpreter without a global lock (3.13t, PEP 703).
	FreeThreaded bool

	// Machine as PEP 508 names it: x86_64, aarch64, armv7l, ppc64le, s390x, riscv64.
	Machine string

	// Libc of the runtime.
	Libc Libc
}

// Machine gives PEP 508's name for an architecture and variant of OCI, such as aarch64
// for arm64.
func Machine(arch, variant string) (string, error) {
	switch arch {
	case "amd64":
		return "x86_64", nil
	case "arm64":
		return "aarch64", nil
	case "arm":
		if variant == "" || variant == "v7" {
			return "armv7l", nil
		}
	case "ppc64le", "s390x", "riscv64":
		return arch, nil
	}
	if variant != "" {
		arch += "/" + variant
	}
	return "", fmt.Errorf("%s: no wheels are selected for this architecture (amd64, arm64, arm/v7, ppc64le, s390x or riscv64)", arch)
}

// Environment is what markers are evaluated in (PEP 508, PEP 751).
type Environment struct {
	// Variables by name: python_version, sys_platform, ... One that is missing is empty.
	Variables map[string]string

	// Extra are the extras that `extra == 'x'` is true for, normalised. Names that
	// uv writes into uv.lock for conflicting extras are among them where they hold.
	Extra []string

	// Extras and Groups are what `'x' in extras` and `'x' in dependency_groups` ask,
	// normalised.
	Extras, Groups []string
}

// Environment is what markers see on a target: no extras and no groups at first. The
// release and version of the kernel are empty, for nobody knows them at build time.
func (t Target) Environment() Environment {
	full := t.Python
	if strings.HasSuffix(full, "+") {
		full += "local" // Builds between two releases call themselves 3.13.5+.
	}
	return Environment{Variables: map[string]string{
		"os_name":                        "posix",
		"sys_platform":                   "linux",
		"platform_system":                "Linux",
		"platform_machine":               t.Machine,
		"platform_release":               "",
		"platform_version":               "",
		"platform_python_implementation": "CPython",
		"implementation_name":            "cpython",
		"implementation_version":         full,
		"python_version":                 minorVersion(t.Python),
		"python_full_version":            full,
	}}
}

// minorVersion is MAJOR.MINOR of a full version.
func minorVersion(full string) string {
	parts := strings.SplitN(full, ".", 3)
	if len(parts) < 2 {
		return full
	}
	end := 0
	for end < len(parts[1]) && isDigit(parts[1][end]) {
		end++
	}
	return parts[0] + "." + parts[1][:end]
}
