package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/containerd/console"
	"github.com/distribution/reference"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/cmd/buildctl/build"
	"github.com/spf13/pflag"
	"github.com/tonistiigi/go-csvvalue"
)

// outputs are the flags about where the result goes, named as buildx names them.
type outputs struct {
	outputs, tags, cacheTo, attests []string
	push                            bool
	sbom, provenance                string
	metadataFile                    string
}

func (out *outputs) addFlags(flags *pflag.FlagSet) {
	flags.StringArrayVarP(&out.outputs, "output", "o", nil, "where the result goes: DIR, -, or type=oci|docker|local|tar|image|registry,dest=PATH,...")
	flags.StringArrayVarP(&out.tags, "tag", "t", nil, "name of the image: [REGISTRY/]REPOSITORY[:TAG]")
	flags.BoolVar(&out.push, "push", false, "push the image to the registry of its name (the same as -o type=registry)")
	flags.StringArrayVar(&out.cacheTo, "cache-to", nil, "cache to write: IMAGE or type=TYPE,...")
	flags.StringArrayVar(&out.attests, "attest", nil, "attestation: type=sbom or type=provenance,...")
	flags.StringVar(&out.sbom, "sbom", "", "the same as --attest=type=sbom")
	flags.StringVar(&out.provenance, "provenance", "", "the same as --attest=type=provenance")
	flags.StringVar(&out.metadataFile, "metadata-file", "", "file to write the digests to, as JSON")
}

// result is an exporter, and the file that it writes, if it writes one.
type result struct {
	client.ExportEntry
	archive *archive
}

// results turns the flags into exporters.
func (out *outputs) results() ([]result, error) {
	var results []result
	stdout := false
	for _, value := range out.outputs {
		r, err := parseOutput(value)
		if err != nil {
			return nil, usagef("--output %s: %w", value, err)
		}
		if r.archive != nil && r.archive.path == "-" {
			if stdout {
				return nil, usagef("--output %s: stdout is taken by another output", value)
			}
			stdout = true
		}
		results = append(results, r)
	}
	if out.push {
		results = push(results)
	}
	return results, out.name(results)
}

// push makes an image exporter push, or adds one that does.
func push(results []result) []result {
	i := slices.IndexFunc(results, func(r result) bool { return r.Type == client.ExporterImage })
	if i >= 0 {
		results[i].Attrs["push"] = "true"
		return results
	}
	registry := client.ExportEntry{Type: client.ExporterImage, Attrs: map[string]string{"push": "true", "unpack": "false"}}
	return append(results, result{ExportEntry: registry})
}

// name gives the images their tags.
func (out *outputs) name(results []result) error {
	for _, tag := range out.tags {
		if _, err := reference.ParseNormalizedNamed(tag); err != nil {
			return usagef("--tag %s: %w", tag, err)
		}
	}
	for _, r := range results {
		switch r.Type {
		case client.ExporterImage, client.ExporterOCI, client.ExporterDocker:
			if len(out.tags) > 0 {
				r.Attrs["name"] = strings.Join(out.tags, ",")
			}
		}
		if push, _ := strconv.ParseBool(r.Attrs["push"]); push && r.Attrs["name"] == "" {
			return usagef("a name is needed to push an image (--tag REGISTRY/REPOSITORY:TAG)")
		}
	}
	return nil
}

// parseOutput reads one --output. BuildKit's own parser opens the file at once, and
// so leaves nothing of it when the build fails.
func parseOutput(value string) (result, error) {
	fields, err := csvvalue.Fields(value, nil)
	if err != nil {
		return result{}, err
	}
	r := result{ExportEntry: client.ExportEntry{Attrs: map[string]string{}}}
	dest := ""
	if len(fields) == 1 && !strings.HasPrefix(value, "type=") {
		r.Type, dest, fields = client.ExporterLocal, value, nil
		if value == "-" {
			r.Type = client.ExporterTar
		}
	}
	for _, field := range fields {
		key, v, ok := strings.Cut(field, "=")
		if !ok {
			return result{}, fmt.Errorf("%s: not of the form KEY=VALUE", field)
		}
		switch key = strings.ToLower(strings.TrimSpace(key)); key {
		case "type":
			r.Type = v
		case "dest":
			dest = v
		default:
			r.Attrs[key] = v
		}
	}
	return r, r.setDest(dest)
}

// setDest says where an exporter writes to.
func (r *result) setDest(dest string) error {
	tar, err := strconv.ParseBool(r.Attrs["tar"])
	asFile := err != nil || tar
	switch r.Type {
	case "registry":
		r.Type = client.ExporterImage
		r.Attrs["push"] = "true"
		if r.Attrs["unpack"] == "" {
			r.Attrs["unpack"] = "false"
		}
		fallthrough
	case client.ExporterImage:
		if dest != "" {
			return fmt.Errorf("dest=%s: an image goes to no file (type=oci does)", dest)
		}
		return nil
	case client.ExporterLocal:
		return r.setDir(dest)
	case client.ExporterOCI, client.ExporterDocker:
		if !asFile {
			return r.setDir(dest)
		}
		return r.setFile(dest)
	case client.ExporterTar:
		return r.setFile(dest)
	default:
		return fmt.Errorf("type=%s: no such type (oci, docker, local, tar, image or registry)", r.Type)
	}
}

func (r *result) setDir(dest string) error {
	if dest == "" || dest == "-" {
		return fmt.Errorf("dest is needed: the directory to write to")
	}
	if fi, err := os.Stat(dest); err == nil && !fi.IsDir() {
		return fmt.Errorf("dest=%s: not a directory", dest)
	}
	r.OutputDir = dest
	return nil
}

func (r *result) setFile(dest string) error {
	if dest == "" || dest == "-" {
		if _, err := console.ConsoleFromFile(os.Stdout); err == nil {
			return fmt.Errorf("dest is needed: the file to write to (stdout is a terminal)")
		}
		dest = "-"
	} else if fi, err := os.Stat(dest); err == nil && fi.IsDir() {
		return fmt.Errorf("dest=%s: a directory, not a file", dest)
	} else if fi, err := os.Stat(filepath.Dir(dest)); err != nil || !fi.IsDir() {
		return fmt.Errorf("dest=%s: no such directory: %s", dest, filepath.Dir(dest))
	}
	r.archive = &archive{path: dest}
	r.Output = r.archive.open
	return nil
}

// defaultResult is the archive that is written when no output is asked for. For one
// plain image it is also what `docker load` reads: an OCI layout with Docker's
// manifest beside. An index of images has no such form.
func (out *outputs) defaultResult(path string, attrs map[string]string) result {
	r := result{
		ExportEntry: client.ExportEntry{
			Type:  client.ExporterDocker,
			Attrs: map[string]string{"oci-mediatypes": "true"},
		},
		archive: &archive{path: path},
	}
	if isIndex(attrs) {
		r.Type = client.ExporterOCI
	}
	if len(out.tags) > 0 {
		r.Attrs["name"] = strings.Join(out.tags, ",")
	}
	r.Output = r.archive.open
	return r
}

// isIndex tells whether the result is an index of images, not just one image.
func isIndex(attrs map[string]string) bool {
	for key := range attrs {
		if strings.HasPrefix(key, "attest:") {
			return true
		}
	}
	return strings.Contains(attrs["platform"], ",")
}

// setAttrs gives the daemon the flags that are about the result, not its place.
func (out *outputs) setAttrs(opt *client.SolveOpt) error {
	var err error
	if opt.CacheExports, err = caches(build.ParseExportCache, out.cacheTo); err != nil {
		return usagef("--cache-to: %w", err)
	}
	attests := slices.Clone(out.attests)
	for _, short := range []struct{ name, value string }{{"provenance", out.provenance}, {"sbom", out.sbom}} {
		if yes, err := strconv.ParseBool(short.value); err == nil {
			attests = append(attests, "type="+short.name)
			if !yes {
				attests[len(attests)-1] += ",disabled=true"
			}
		} else if short.value != "" {
			attests = append(attests, "type="+short.name+","+short.value)
		}
	}
	for _, attest := range attests {
		if err := setAttest(opt, attest); err != nil {
			return usagef("--attest %s: %w", attest, err)
		}
	}
	return nil
}

func setAttest(opt *client.SolveOpt, value string) error {
	fields, err := csvvalue.Fields(value, nil)
	if err != nil {
		return err
	}
	name, disabled := "", false
	for _, field := range fields {
		key, v, _ := strings.Cut(field, "=")
		switch key {
		case "type":
			name = v
		case "disabled":
			if disabled, err = strconv.ParseBool(v); err != nil {
				return err
			}
		}
	}
	if name != "sbom" && name != "provenance" {
		return fmt.Errorf("no type that is known (type=sbom or type=provenance)")
	}
	delete(opt.FrontendAttrs, "attest:"+name)
	if !disabled {
		opt.FrontendAttrs["attest:"+name] = value
	}
	return nil
}
