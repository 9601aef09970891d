//go:build integration

package integration

import (
	"flag"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/keelback/keelback/integration/internal/runc"
	"github.com/rogpeppe/go-internal/testscript"
)

// containersKey finds the containers of a script, a map[string]*runc.Container.
type containersKey struct{}

// live are the containers that no script has closed yet, for an interrupt to close.
var live sync.Map

func closeContainers() {
	for c := range live.Range {
		if _, own := live.LoadAndDelete(c); own {
			c.(*runc.Container).Close()
		}
	}
}

func cmdRuncStart(ts *testscript.TestScript, neg bool, args []string) {
	opt, args := runOptions(ts, "runc-start", args)
	if neg || len(args) < 2 {
		ts.Fatalf("usage: runc-start [-uid N] [-gid N] [-env K=V] NAME DIR [ARG...]")
	}
	opt.Args = args[2:]
	containers := ts.Value(containersKey{}).(map[string]*runc.Container)
	if containers[args[0]] != nil {
		ts.Fatalf("runc-start: %s was started already", args[0])
	}
	containers[args[0]] = start(ts, args[1], opt)
}

func cmdRuncRun(ts *testscript.TestScript, neg bool, args []string) {
	opt, args := runOptions(ts, "runc-run", args)
	if len(args) == 0 {
		ts.Fatalf("usage: runc-run [-uid N] [-gid N] [-env K=V] DIR [ARG...]")
	}
	opt.Args = args[1:]
	c := start(ts, args[0], opt)
	code := c.Wait()
	log, err := c.Log()
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%s", log)
	if code != 0 {
		err = fmt.Errorf("exit code %d", code)
	}
	expect(ts, neg, err)
}

func start(ts *testscript.TestScript, dir string, opt runc.Options) *runc.Container {
	c, err := runc.Start(ts.MkAbs(dir), opt)
	ts.Check(err)
	live.Store(c, true)
	ts.Defer(func() {
		if _, own := live.LoadAndDelete(c); own {
			ts.Check(c.Close())
		}
	})
	return c
}

// runOptions parses the options of commands that run an image, and returns what
// follows them.
func runOptions(ts *testscript.TestScript, command string, args []string) (runc.Options, []string) {
	var opt runc.Options
	flags := flag.NewFlagSet(command, flag.ContinueOnError)
	flags.Func("uid", "user to run as, instead of the image's", number(&opt.UID))
	flags.Func("gid", "group to run as, instead of the image's", number(&opt.GID))
	flags.Func("env", "K=V", func(kv string) error { opt.Env = append(opt.Env, kv); return nil })
	ts.Check(flags.Parse(args))
	return opt, flags.Args()
}

func number(to **int) func(string) error {
	return func(text string) error {
		n, err := strconv.Atoi(text)
		*to = &n
		return err
	}
}

// started returns the container that the first argument names.
func started(ts *testscript.TestScript, command string, args []string) *runc.Container {
	if len(args) == 0 {
		ts.Fatalf("usage: %s NAME", command)
	}
	c := ts.Value(containersKey{}).(map[string]*runc.Container)[args[0]]
	if c == nil {
		ts.Fatalf("%s: no container %s", command, args[0])
	}
	return c
}

func cmdRuncExec(ts *testscript.TestScript, neg bool, args []string) {
	c := started(ts, "runc-exec", args)
	expect(ts, neg, c.Exec(ts.Stdout(), ts.Stderr(), args[1:]...))
}

func cmdRuncHealth(ts *testscript.TestScript, neg bool, args []string) {
	c := started(ts, "runc-health", args)
	start := time.Now()
	err := c.Health(ts.Stdout(), ts.Stderr())
	ts.Logf("the health check took %.2f s", time.Since(start).Seconds())
	expect(ts, neg, err)
}

func cmdRuncLogs(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("unsupported: ! runc-logs")
	}
	data, err := started(ts, "runc-logs", args).Log()
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%s", data)
}

func cmdRuncStop(ts *testscript.TestScript, neg bool, args []string) {
	flags := flag.NewFlagSet("runc-stop", flag.ContinueOnError)
	within := flags.Duration("within", 10*time.Second, "time that it may take")
	ts.Check(flags.Parse(args))
	took, code, err := started(ts, "runc-stop", flags.Args()).Stop(*within)
	fmt.Fprintf(ts.Stdout(), "stopped in %.2f s, exit code %d\n", took.Seconds(), code)
	expect(ts, neg, err)
}
