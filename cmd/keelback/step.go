package main

import (
	"crypto/sha256"
	"debug/elf"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/util/staticfs"
	"github.com/tonistiigi/fsutil/types"
)

// stepName is the program that runs in build steps, its file in the named context
// that the frontend takes it from, and that context.
const stepName = "keelback-step"

// addStep gives the frontend keelback-step for the architecture of the worker. It is
// the user's own, as a file or an image, or the one that came with this program.
func addStep(opt *client.SolveOpt, given, arch string) error {
	if _, ok := opt.FrontendAttrs["context:"+stepName]; ok {
		return nil // by --build-context
	}
	if strings.HasPrefix(given, "oci-layout://") || strings.HasPrefix(given, "docker-image://") {
		if err := setNamedContext(opt, stepName, given); err != nil {
			return usagef("--step %s: %w", given, err)
		}
		return nil
	}
	file := given
	if given != "" {
		if err := checkStep(given, arch); err != nil {
			return usagef("--step %w", err)
		}
	} else {
		dirs, err := stepDirs()
		if err != nil {
			return err
		}
		if file, err = findStep(dirs, arch); err != nil {
			return err
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	mountStep(opt, data)
	return nil
}

// mountStep offers the program to the daemon, with the same name, mode and owner as in
// the frontend's image: so builds through any door share one cache. The daemon takes a
// file of the same size and time for the one that it has, so both the time and the key
// by which it finds what it has are those of this program alone.
func mountStep(opt *client.SolveOpt, data []byte) {
	sum := sha256.Sum256(data)
	seconds := int64(binary.BigEndian.Uint32(sum[:]))
	files := staticfs.NewFS()
	files.Add(stepName, &types.Stat{Mode: 0o755, ModTime: seconds * 1e9}, data)
	opt.LocalMounts[stepName] = files
	opt.FrontendAttrs["context:"+stepName] = "local:" + stepName
	opt.FrontendAttrs["sharedkey:localdir:"+stepName] = stepName + "-" + hex.EncodeToString(sum[:])
}

// stepDirs are where keelback-step is looked for: beside this program, also where a
// link to it leads, then on PATH, but for what of it depends on where one is.
func stepDirs() ([]string, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	real, err := filepath.EvalSymlinks(exe)
	if err != nil {
		return nil, err
	}
	return append([]string{filepath.Dir(exe), filepath.Dir(real)}, absolute(filepath.SplitList(os.Getenv("PATH")))...), nil
}

// absolute are the directories that are the same wherever one is.
func absolute(dirs []string) []string {
	return slices.DeleteFunc(dirs, func(dir string) bool { return !filepath.IsAbs(dir) })
}

// findStep gives the first keelback-step that runs on the architecture.
func findStep(dirs []string, arch string) (string, error) {
	var unfit []string
	for _, dir := range dirs {
		for _, name := range []string{stepName + "-linux-" + arch, stepName} {
			file := filepath.Join(dir, name)
			if fi, err := os.Stat(file); err != nil || fi.IsDir() {
				continue
			}
			err := checkStep(file, arch)
			if err == nil {
				return file, nil
			}
			unfit = append(unfit, "\n  "+err.Error())
		}
	}
	return "", fmt.Errorf("%s for linux/%s: neither beside keelback nor on PATH: put it there as %s-linux-%s (GOOS=linux GOARCH=%s CGO_ENABLED=0 go build ./cmd/%s), or name it with --step%s",
		stepName, arch, stepName, arch, arch, stepName, strings.Join(unfit, ""))
}

// checkStep tells what keeps a file from being run in an empty file system.
func checkStep(file, arch string) error {
	f, err := elf.Open(file)
	if err != nil {
		if _, ok := err.(*fs.PathError); ok {
			return err
		}
		return fmt.Errorf("%s: not a Linux program: %w", file, err)
	}
	defer f.Close()
	if want, ok := machine(arch); ok && f.Machine != want {
		return fmt.Errorf("%s: built for %s, and the worker is linux/%s", file, f.Machine, arch)
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return fmt.Errorf("%s: linked dynamically, and it runs in empty file systems (build it with CGO_ENABLED=0)", file)
		}
	}
	return nil
}

// machine is the processor of an architecture as Go names it.
func machine(arch string) (elf.Machine, bool) {
	switch arch {
	case "amd64":
		return elf.EM_X86_64, true
	case "386":
		return elf.EM_386, true
	case "arm64":
		return elf.EM_AARCH64, true
	case "arm":
		return elf.EM_ARM, true
	case "ppc64le":
		return elf.EM_PPC64, true
	case "riscv64":
		return elf.EM_RISCV, true
	case "s390x":
		return elf.EM_S390, true
	default:
		return 0, false
	}
}
