package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/containerd/continuity"
	"github.com/moby/buildkit/client"
	"github.com/spf13/cobra"

	"github.com/keelback/keelback/frontend"
	"github.com/keelback/keelback/internal/lock"
	"github.com/keelback/keelback/llb"
)

const lockHelp = `Write pylock.toml (PEP 751) beside the lock of the service in DIR: with the URL of each
file that the lock allows by its hash. A requirements.txt, poetry.lock or Pipfile.lock
does not have them, so that each build asks an index for them once; with pylock.toml
no step of a build has a network.

Builds then take pylock.toml in place of the lock that it was made from, as long as
that does not change.`

func (a *app) lockCommand() *cobra.Command {
	f := struct {
		inputs
		solver
	}{}
	cmd := &cobra.Command{
		Use:   "lock [DIR]",
		Short: "Complete a lock with the URLs of its files",
		Long:  lockHelp,
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.dir = dirOf(args)
			return a.runLock(cmd.Context(), &f.inputs, &f.solver)
		},
	}
	f.inputs.addFlags(cmd.Flags())
	f.solver.addFlags(cmd.Flags(), a.env)
	return cmd
}

func (a *app) runLock(ctx context.Context, in *inputs, s *solver) error {
	if in.remote() {
		return usagef("%s: not a directory (a lock is written beside the one that it is made from)", in.dir)
	}
	parsed, err := in.readSpec(a.env)
	if err != nil {
		return err
	}
	text, err := a.request(ctx, in, s, frontend.RequestLock)
	if err != nil {
		return err
	}
	name := filepath.Join(in.dir, filepath.FromSlash(path.Dir(parsed.Dependencies.Lock)), string(lock.Pylock))
	if err := mayReplace(name, text); err != nil {
		return err
	}
	if err := continuity.AtomicWriteFile(name, text, 0o644); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s\n", name)
	return nil
}

// mayReplace tells whether a file is not there, or was completed from the same lock as
// the text that is to replace it. Another lock is not lost.
func mayReplace(name string, text []byte) error {
	old, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if from := lock.CompletedFrom(text); from == "" || lock.CompletedFrom(old) != from {
		return fmt.Errorf("%s: is a lock of its own, not one completed from %s (name it otherwise, such as pylock.other.toml, or remove it)", name, from)
	}
	return nil
}

// request asks the frontend for a text instead of an image.
func (a *app) request(ctx context.Context, in *inputs, s *solver, id string) ([]byte, error) {
	opt, err := a.solveOpt(in)
	if err != nil {
		return nil, err
	}
	opt.FrontendAttrs["requestid"] = id
	answer, err := a.solve(ctx, s, opt)
	if err != nil {
		return nil, located(err)
	}
	text, ok := answer.metadata["result.txt"]
	if !ok {
		return nil, errors.New("the frontend gave no answer")
	}
	return text, nil
}

const wheelhouseHelp = `Put all files that the lock of the service in this directory names into DIR: the wheels
for the platforms, and what has to be built from source. With

  dependencies: {wheelhouse: DIR}

in the spec, or --build-context wheelhouse=DIR, a build then downloads none of them.`

func (a *app) wheelhouseCommand() *cobra.Command {
	f := struct {
		inputs
		solver
	}{}
	cmd := &cobra.Command{
		Use:   "wheelhouse DIR",
		Short: "Fill a directory with the files of the lock",
		Long:  wheelhouseHelp,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runWheelhouse(cmd.Context(), &f.inputs, &f.solver, args[0])
		},
	}
	f.inputs.addFlags(cmd.Flags())
	cmd.Flags().StringVar(&f.dir, "context", ".", "directory of the service, or the URL of a repository")
	cmd.Flags().Lookup("platform").Usage = `platforms to fill it for (default "linux/amd64,linux/arm64")`
	f.solver.addFlags(cmd.Flags(), a.env)
	return cmd
}

func (a *app) runWheelhouse(ctx context.Context, in *inputs, s *solver, dir string) error {
	if !in.remote() {
		if _, err := in.readSpec(a.env); err != nil {
			return err
		}
	}
	if len(in.platforms) == 0 {
		in.platforms = []string{"linux/amd64", "linux/arm64"}
	}
	in.target = llb.TargetWheelhouse
	opt, err := a.solveOpt(in)
	if err != nil {
		return err
	}
	// BuildKit expects an image for each of the platforms that it is told of.
	opt.FrontendAttrs[frontend.WheelhousePlatforms] = opt.FrontendAttrs["platform"]
	delete(opt.FrontendAttrs, "platform")
	opt.Exports = []client.ExportEntry{{Type: client.ExporterLocal, OutputDir: dir}}
	if _, err := a.solve(ctx, s, opt); err != nil {
		return located(err)
	}
	fmt.Fprintf(a.stdout, "%s\n", dir)
	return nil
}
