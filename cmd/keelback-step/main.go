// Command keelback-step does what happens to files inside of a build: it makes,
// slices and merges trees, and unpacks wheels. It is run as argv, without a shell, in any rootfs, even
// an empty one; it executes nothing and needs no network. What it reads lies in
// directories that are mounted, and so does the directory that it writes into.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

// command is one of the program's commands. Its flags are set before it is run;
// it writes a short summary to stderr.
type command struct {
	name string
	help string
	make func(flags *flag.FlagSet) func(stderr io.Writer) error
}

func commands() []command {
	return []command{
		{"venv", "make an empty virtual environment", venvCommand},
		{"install", "install wheels into a virtual environment", installCommand},
		{"check", "copy a file whose hash is known", checkCommand},
		{"scan", "find what packages import or name of one another", scanCommand},
		{"names", "find what the service imports or names of its packages", namesCommand},
		{"runtime", "slice the interpreter and its libraries out of the builder", runtimeCommand},
		{"user", "add a user", userCommand},
		{"app", "copy the service's own files", appCommand},
		{"debug", "add a shell and pip", debugCommand},
		{"apply", "put a tree over a base", applyCommand},
		{"packages", "copy packages of Debian out of the builder", packagesCommand},
		{"changes", "copy what packages changed in a base", changesCommand},
		{"smoke", "try the service in its finished rootfs", smokeCommand},
		{"smoke-hook", "make what records the bytecode that a service asks for", smokeHookCommand},
		{"select", "copy some files of a tree", selectCommand},
		{"report", "add up what layers have", reportCommand},
		{"weigh", "tell how big a layer is when it is packed", weighCommand},
		{"budget", "hold an image against its budget", budgetCommand},
	}
}

func main() {
	if err := run(os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintf(os.Stderr, "keelback-step %s\n", err)
		os.Exit(1)
	}
}

func run(args []string, stderr io.Writer) error {
	var names []string
	for _, c := range commands() {
		if len(args) > 0 && args[0] == c.name {
			return c.run(args[1:], stderr)
		}
		names = append(names, c.name)
	}
	return fmt.Errorf("COMMAND: one of %s", strings.Join(names, ", "))
}

func (c command) run(args []string, stderr io.Writer) error {
	flags := flag.NewFlagSet(c.name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintf(stderr, "usage: keelback-step %s [FLAGS]: %s\n", c.name, c.help)
		flags.PrintDefaults()
	}
	do := c.make(flags)
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err == nil && flags.NArg() > 0:
		err = fmt.Errorf("%s: not a flag (a flag with several values is repeated)", flags.Arg(0))
	case err == nil:
		err = do(stderr)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	return nil
}
