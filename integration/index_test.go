//go:build integration

package integration

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/keelback/keelback/integration/internal/index"
	"github.com/keelback/keelback/integration/internal/leak"
	"github.com/rogpeppe/go-internal/testscript"
)

// indexesKey finds the package indexes of a script, a map[string]*index.Server.
type indexesKey struct{}

func cmdIndex(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: index start|fault|requests|forget|stop NAME ...")
	}
	if args[0] == "start" {
		startIndex(ts, args[1:])
		return
	}
	if args[0] == "fault" {
		setFault(ts, args[1:])
		return
	}
	server := indexNamed(ts, args[1])
	switch args[0] {
	case "requests":
		fmt.Fprint(ts.Stdout(), server.Requests())
	case "forget":
		server.Forget()
	case "stop":
		ts.Check(server.Close())
	default:
		ts.Fatalf("index: no command %s", args[0])
	}
}

func indexNamed(ts *testscript.TestScript, name string) *index.Server {
	server := ts.Value(indexesKey{}).(map[string]*index.Server)[name]
	if server == nil {
		ts.Fatalf("index: %s was not started", name)
	}
	return server
}

func startIndex(ts *testscript.TestScript, args []string) {
	var opt index.Options
	flags := flag.NewFlagSet("index start", flag.ContinueOnError)
	flags.StringVar(&opt.Host, "host", "", "address of loopback")
	flags.StringVar(&opt.Auth, "auth", "", "header Authorization to ask for")
	ts.Check(flags.Parse(args))
	if flags.NArg() != 2 {
		ts.Fatalf("usage: index start [-host IP] [-auth HEADER] NAME DIR")
	}
	name := flags.Arg(0)
	opt.Dir = ts.MkAbs(flags.Arg(1))
	server, err := index.Start(opt)
	ts.Check(err)
	ts.Defer(func() { server.Close() }) // may be stopped already
	ts.Value(indexesKey{}).(map[string]*index.Server)[name] = server
	ts.Setenv(name, server.URL)
}

func setFault(ts *testscript.TestScript, args []string) {
	flags := flag.NewFlagSet("index fault", flag.ContinueOnError)
	times := flags.Int("times", -1, "requests that it is for")
	ts.Check(flags.Parse(args))
	if flags.NArg() < 3 || flags.NArg() > 4 {
		ts.Fatalf("usage: index fault [-times N] NAME FILE KIND [ARG]")
	}
	kind, arg := flags.Arg(2), flags.Arg(3)
	if kind == "file" {
		arg = ts.MkAbs(arg)
	}
	ts.Check(indexNamed(ts, flags.Arg(0)).SetFault(flags.Arg(1), kind, arg, *times))
}

func cmdMakeWheel(ts *testscript.TestScript, neg bool, args []string) {
	var members []index.Member
	// each adds a member for every NAME=VALUE that a flag has.
	each := func(add func(m *index.Member, value string) error) func(string) error {
		return func(pair string) error {
			m := index.Member{}
			name, value, _ := strings.Cut(pair, "=")
			m.Name = name
			err := add(&m, value)
			members = append(members, m)
			return err
		}
	}
	flags := flag.NewFlagSet("make-wheel", flag.ContinueOnError)
	flags.Func("member", "NAME=FILE", each(func(m *index.Member, file string) (err error) {
		m.Data, err = os.ReadFile(ts.MkAbs(file))
		return err
	}))
	flags.Func("link", "NAME=TARGET", each(func(m *index.Member, target string) error {
		m.Mode, m.Data = fs.ModeSymlink|0o777, []byte(target)
		return nil
	}))
	flags.Func("zeros", "NAME=MEGABYTES", each(func(m *index.Member, size string) error {
		n, err := strconv.Atoi(size)
		m.Data = make([]byte, n<<20)
		return err
	}))
	ts.Check(flags.Parse(args))
	if neg || flags.NArg() != 2 {
		ts.Fatalf("usage: make-wheel [-member NAME=FILE] [-link NAME=TARGET] [-zeros NAME=MEGABYTES] WHEEL DIR")
	}
	ts.Check(index.MakeWheel(ts.MkAbs(flags.Arg(0)), ts.MkAbs(flags.Arg(1)), members))
}

func cmdMakeLock(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: make-lock LOCK URL FILE...")
	}
	var files []string
	for _, pattern := range args[2:] {
		found, err := filepath.Glob(ts.MkAbs(pattern))
		ts.Check(err)
		if len(found) == 0 {
			ts.Fatalf("make-lock: no file %s", pattern)
		}
		files = append(files, found...)
	}
	text, err := index.Lock(args[1], files)
	if strings.HasSuffix(args[0], ".txt") {
		text, err = index.Requirements(files)
	}
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

func cmdSearchSecret(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: search-secret FILE PATH...")
	}
	file := ts.MkAbs(args[0])
	secret, err := os.ReadFile(file)
	ts.Check(err)
	info, err := os.Stat(file)
	ts.Check(err)
	var paths []string
	for _, path := range args[1:] {
		paths = append(paths, ts.MkAbs(path))
	}
	found, err := leak.Find(bytes.TrimSpace(secret), info.ModTime(), paths)
	ts.Check(err)
	if len(found) > 0 {
		fmt.Fprintln(ts.Stdout(), strings.Join(found, "\n"))
		err = fmt.Errorf("the secret %s is in %d places", args[0], len(found))
	}
	expect(ts, neg, err)
}
