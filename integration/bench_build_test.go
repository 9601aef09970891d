//go:build integration

package integration

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkColdBuild builds the fastapi example with nothing in the cache but the base
// images: from requirements.txt, for which an index is asked, from a lock that
// `keelback lock` has completed, and by the Dockerfile of testdata/bench, one after the
// other.
//
//	go test -tags integration ./integration -run '^$' -bench ColdBuild -benchtime 5x
func BenchmarkColdBuild(b *testing.B) {
	dir, locked := benchContext(b), lockedContext(b)
	rounds := map[string][]float64{}
	out := filepath.Join(b.TempDir(), "image.oci.tar")
	variants := []struct {
		unit  string
		build func() []byte
	}{
		{"requirements-s", func() []byte {
			return keelback(b, "build", dir, "--secret", authorities, "--output", "type=oci,dest="+out)
		}},
		{"locked-s", func() []byte {
			return keelback(b, "build", locked, "--secret", authorities, "--output", "type=oci,dest="+out)
		}},
		{"dockerfile-s", func() []byte { return dockerfileBuild(b, dir, "--output", "type=oci,dest="+out) }},
	}
	for b.Loop() {
		for _, v := range variants {
			coldCache(b)
			var progress []byte
			rounds[v.unit] = append(rounds[v.unit], seconds(func() { progress = v.build() }))
			logSteps(b, v.unit, progress)
		}
	}
	rounds["requirements-ratio"] = ratios(rounds["requirements-s"], rounds["dockerfile-s"])
	rounds["locked-ratio"] = ratios(rounds["locked-s"], rounds["dockerfile-s"])
	report(b, rounds)
}

// BenchmarkCross builds the example for arm64, of which nothing can be run here, beside
// a build for this machine.
//
//	go test -tags integration ./integration -run '^$' -bench Cross -benchtime 5x
func BenchmarkCross(b *testing.B) {
	dir := lockedContext(b)
	rounds := map[string][]float64{}
	out := filepath.Join(b.TempDir(), "image.oci.tar")
	for b.Loop() {
		for unit, platform := range map[string]string{"native-s": "linux/amd64", "cross-s": "linux/arm64"} {
			coldCache(b, "linux/arm64")
			var progress []byte
			rounds[unit] = append(rounds[unit], seconds(func() {
				progress = keelback(b, "build", dir, "--secret", authorities, "--platform", platform, "--output", "type=oci,dest="+out)
			}))
			logSteps(b, unit, progress)
		}
	}
	rounds["ratio"] = ratios(rounds["cross-s"], rounds["native-s"])
	report(b, rounds)
}

// The release of idna before the one in the example's lock, for what a bump pushes.
const (
	idnaBefore = `idna==3.10 \
    --hash=sha256:946d195a0d259cbba61165e88e65941f16e9b36ea6ddb97f00452bae8b1287d3
`
	idnaName = "idna=="
)

// BenchmarkBump builds and pushes the example after one dependency has another version.
// The metrics are the bytes that the registry got, and the seconds.
//
//	go test -tags integration ./integration -run '^$' -bench Bump
func BenchmarkBump(b *testing.B) {
	before, after := benchContext(b), benchContext(b)
	lock := filepath.Join(before, "requirements.txt")
	text, err := os.ReadFile(lock)
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(lock, []byte(replaceRequirement(b, string(text))), 0o644); err != nil {
		b.Fatal(err)
	}
	benchPushes(b, before, func() string { return after })
}

// replaceRequirement puts the earlier idna into a lock.
func replaceRequirement(b *testing.B, text string) string {
	b.Helper()
	start := strings.Index(text, "\n"+idnaName) + 1
	if start == 0 {
		b.Fatal("the example has no idna")
	}
	end := start
	for line := range strings.Lines(text[start:]) {
		end += len(line)
		if !strings.HasSuffix(line, "\\\n") {
			break
		}
	}
	return text[:start] + idnaBefore + text[end:]
}

// BenchmarkAppEdit builds and pushes the example after a change of its code. Beside the
// bytes and seconds it counts the commands for dependencies that were run: none.
//
//	go test -tags integration ./integration -run '^$' -bench AppEdit -benchtime 5x
func BenchmarkAppEdit(b *testing.B) {
	dir := benchContext(b)
	code := filepath.Join(dir, "orders", "main.py")
	edits := 0
	benchPushes(b, dir, func() string {
		text, err := os.ReadFile(code)
		if err != nil {
			b.Fatal(err)
		}
		edits++
		if err := os.WriteFile(code, append(text, strings.Repeat("# edit\n", edits)...), 0o644); err != nil {
			b.Fatal(err)
		}
		return dir
	})
}

// dependencyExecs counts the commands for dependencies that were run. Downloads are not
// counted: what the daemon has of them is shown as if it were loaded again.
func dependencyExecs(list []vertex) int {
	n := 0
	for _, v := range list {
		if strings.Contains(v.Name, "packages] ") || strings.HasSuffix(v.Name, "(uv)") {
			n++
		}
	}
	return n
}

// benchPushes pushes a context, changes it, and measures what pushing it then takes: by
// Keelback and by the Dockerfile. Each round begins with nothing in the cache and in the
// repository.
func benchPushes(b *testing.B, before string, change func() (dir string)) {
	registry := countPushes(b)
	rounds := map[string][]float64{}
	round := 0
	output := func(repository string) string {
		return fmt.Sprintf("type=image,push=true,registry.insecure=true,name=%s/bench-%s-%d", registry.address, repository, round)
	}
	builders := map[string]func(dir string) []byte{
		"keelback": func(dir string) []byte {
			return keelback(b, "build", dir, "--secret", authorities, "--output", output("keelback"))
		},
		"dockerfile": func(dir string) []byte { return dockerfileBuild(b, dir, "--output", output("dockerfile")) },
	}
	for b.Loop() {
		coldCache(b)
		round++
		for _, build := range builders {
			build(before)
		}
		after := change()
		for name, build := range builders {
			registry.take()
			var progress []byte
			rounds[name+"-s"] = append(rounds[name+"-s"], seconds(func() { progress = build(after) }))
			n, parts := registry.take()
			b.Logf("%s: pushed %s", name, parts)
			logSteps(b, name, progress)
			rounds[name+"-B"] = append(rounds[name+"-B"], float64(n))
			if name == "keelback" {
				rounds["dependency-execs"] = append(rounds["dependency-execs"], float64(dependencyExecs(ran(b, progress))))
			}
		}
	}
	report(b, rounds)
}
