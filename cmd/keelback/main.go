// Keelback builds images of Python services from a short YAML spec.
//
// It runs the frontend in its own process, against any BuildKit or one that it
// starts itself.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	gateway "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"

	"github.com/keelback/keelback/frontend"
	"github.com/keelback/keelback/internal/daemon"
)

// specName is the name of a spec that is not given one.
const specName = "keelback.yaml"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first Ctrl-C lets the build end in order. The next one kills.
	context.AfterFunc(ctx, stop)
	silence()
	a := &app{stdout: os.Stdout, stderr: os.Stderr, env: os.LookupEnv, build: frontend.Build}
	os.Exit(a.run(ctx, os.Args[1:]))
}

// silence turns off what libraries log: HTTP/2 logs each session that is cut off, and
// containerd each store without fs-verity. What fails comes back as an error.
func silence() {
	log.SetOutput(io.Discard)
	logrus.SetLevel(logrus.ErrorLevel)
}

// app is the command and what it is connected to.
type app struct {
	stdout, stderr io.Writer
	env            func(string) (string, bool)
	build          gateway.BuildFunc
}

// run executes the command and returns its exit code.
func (a *app) run(ctx context.Context, args []string) int {
	started := false
	root := &cobra.Command{
		Use:           "keelback",
		Short:         "Build small images of Python services from a YAML spec",
		SilenceErrors: true,
		SilenceUsage:  true,
		// What fails before this is the command line.
		PersistentPreRun: func(*cobra.Command, []string) { started = true },
	}
	if text, err := version(); err == nil {
		root.Version = text
		root.SetVersionTemplate("{{.Version}}")
	}
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetArgs(args)
	root.AddCommand(a.buildCommand(), a.checkCommand(), a.lockCommand(), a.planCommand(), a.wheelhouseCommand(), a.schemaCommand(), a.llbCommand(), a.versionCommand(), superviseCommand())

	cmd, err := root.ExecuteContextC(ctx)
	if err != nil && !started {
		err = usageError{fmt.Errorf("%w\n%s --help tells more", err, cmd.CommandPath())}
	}
	return a.report(ctx, err)
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of keelback and of its BuildKit client",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			text, err := version()
			if err != nil {
				return err
			}
			_, err = io.WriteString(a.stdout, text)
			return err
		},
	}
}

// version is what the Go toolchain has recorded of this program.
func version() (string, error) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "", errors.New("this binary does not tell its version: it was built without modules")
	}
	text := fmt.Sprintf("keelback %s, %s\n", info.Main.Version, info.GoVersion)
	for _, dep := range info.Deps {
		if dep.Path == "github.com/moby/buildkit" {
			text += fmt.Sprintf("buildkit %s\n", dep.Version)
		}
	}
	return text, nil
}

// superviseCommand is how the daemon package starts this program as a supervisor.
func superviseCommand() *cobra.Command {
	return &cobra.Command{
		Use:                "supervise DIR COMMAND...",
		Hidden:             true,
		DisableFlagParsing: true,
		Args:               cobra.MinimumNArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			return daemon.Supervise(args[0], args[1:])
		},
	}
}
