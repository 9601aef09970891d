package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/containerd/continuity"
	"github.com/moby/buildkit/exporter/containerimage/exptypes"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/spf13/cobra"
)

const buildHelp = `Build the image of the service in DIR, which is a directory (default: this one) or
the URL of a git repository or an archive.

Without --output and --push the image is written to NAME.oci.tar beside the spec,
NAME being that of the spec. It is an OCI archive. For one platform and without
attestations ` + "`docker load`" + ` reads it too. A --tag is recorded in it.

BuildKit is reached at --addr, else at $BUILDKIT_HOST. Without both, keelback starts
the buildkitd that lies beside it or on PATH, and stops it when no build runs any
more. Its cache is kept in the user's cache directory.

The exit code is 1 when the build failed, 2 for a mistake in the spec or on the
command line, and 130 when it was interrupted.`

// buildFlags are all flags of `keelback build`.
type buildFlags struct {
	inputs
	outputs
	solver
}

func (a *app) buildCommand() *cobra.Command {
	f := &buildFlags{}
	cmd := &cobra.Command{
		Use:   "build [DIR]",
		Short: "Build an image",
		Long:  buildHelp,
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.dir = dirOf(args)
			return a.runBuild(cmd.Context(), f)
		},
	}
	f.inputs.addFlags(cmd.Flags())
	f.outputs.addFlags(cmd.Flags())
	f.solver.addFlags(cmd.Flags(), a.env)
	return cmd
}

// dirOf is the directory that a command is about.
func dirOf(args []string) string {
	if len(args) == 0 {
		return "."
	}
	return args[0]
}

func (a *app) runBuild(ctx context.Context, f *buildFlags) (err error) {
	archive := ""
	if !f.remote() {
		s, err := f.readSpec(a.env)
		if err != nil {
			return err
		}
		archive = filepath.Join(filepath.Dir(f.specFile()), s.Name+archiveSuffix)
	}
	opt, err := a.solveOpt(&f.inputs)
	if err != nil {
		return err
	}
	if err := f.setAttrs(&opt); err != nil {
		return err
	}
	results, err := f.results()
	if err != nil {
		return err
	}
	if len(results) == 0 {
		results = append(results, f.defaultResult(archive, opt.FrontendAttrs))
	}
	if err := f.probe(results); err != nil {
		return err
	}
	if err := f.hideOutputs(&opt, results); err != nil {
		return err
	}
	for _, r := range results {
		opt.Exports = append(opt.Exports, r.ExportEntry)
	}

	defer func() { err = errors.Join(err, discard(results)) }()
	answer, err := a.solve(ctx, &f.solver, opt)
	if err != nil {
		return located(err)
	}
	return a.finish(f, results, answer)
}

// finish puts what was built in its place, and says where that is.
func (a *app) finish(f *buildFlags, results []result, answer *answer) error {
	if err := nameArchive(results, answer); err != nil {
		return err
	}
	if err := commit(results); err != nil {
		return err
	}
	if f.metadataFile != "" {
		if err := writeMetadata(f.metadataFile, answer.exported); err != nil {
			return err
		}
	}
	digest := answer.exported[exptypes.ExporterImageDigestKey]
	if f.quiet() {
		fmt.Fprintln(a.stdout, digest)
		return nil
	}
	return a.summarise(results, digest)
}

// archiveSuffix follows the name of the service in that of its archive.
const archiveSuffix = ".oci.tar"

// nameArchive gives the archive of a remote context its name, which is that of the service
// and known only when the frontend has read the spec.
func nameArchive(results []result, answer *answer) error {
	for _, r := range results {
		if r.archive == nil || r.archive.path != "" {
			continue
		}
		service, err := serviceName(answer.metadata)
		if err != nil {
			return err
		}
		r.archive.path = service + archiveSuffix
	}
	return nil
}

// serviceName is taken from the label of its image.
func serviceName(metadata map[string][]byte) (string, error) {
	for key, data := range metadata {
		if key != exptypes.ExporterImageConfigKey && !strings.HasPrefix(key, exptypes.ExporterImageConfigKey+"/") {
			continue
		}
		var image ocispecs.Image
		if err := json.Unmarshal(data, &image); err != nil {
			return "", fmt.Errorf("image config: %w", err)
		}
		if title := image.Config.Labels[ocispecs.AnnotationTitle]; title != "" && filepath.IsLocal(title) {
			return filepath.Base(title), nil
		}
	}
	return "", errors.New("the image has no name to call its archive by (say where it goes with --output)")
}

// writeMetadata writes what the exporters say as buildx does: JSON inside a value
// becomes part of the document.
func writeMetadata(file string, exported map[string]string) error {
	doc := map[string]any{}
	for key, value := range exported {
		doc[key] = value
		data, err := base64.StdEncoding.DecodeString(value)
		if err != nil {
			continue
		}
		var object map[string]any
		var list []map[string]any
		if json.Unmarshal(data, &object) == nil && len(object) > 0 || json.Unmarshal(data, &list) == nil && len(list) > 0 {
			doc[key] = json.RawMessage(data)
		}
	}
	data, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return err
	}
	return continuity.AtomicWriteFile(file, data, 0o644)
}
