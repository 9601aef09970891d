package runc

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// containersKey finds the containers of a script, a map[string]*container.
type containersKey struct{}

// container is an unpacked image that runs under runc.
type container struct {
	id     string
	state  string // of runc
	log    string
	config v1.Config
	cmd    *exec.Cmd
	done   chan struct{} // closed when it has ended
}

// runtime returns the command that runs runc.
func (c *container) runtime(args ...string) *exec.Cmd {
	return exec.Command("runc", append([]string{"--root", c.state}, args...)...)
}

func cmdRuncStart(ts *testscript.TestScript, neg bool, args []string) {
	var opt runOptions
	flags := flag.NewFlagSet("runc-start", flag.ContinueOnError)
	flags.IntVar(&opt.uid, "uid", -1, "user to run as, instead of the image's")
	flags.IntVar(&opt.gid, "gid", -1, "group to run as, instead of the image's")
	flags.Func("env", "K=V", func(kv string) error { opt.env = append(opt.env, kv); return nil })
	ts.Check(flags.Parse(args))
	if neg || flags.NArg() < 2 {
		ts.Fatalf("usage: runc-start [-uid N] [-gid N] [-env K=V] NAME DIR [ARG...]")
	}
	opt.args = flags.Args()[2:]
	name := flags.Arg(0)
	containers := ts.Value(containersKey{}).(map[string]*container)
	if containers[name] != nil {
		ts.Fatalf("runc-start: %s runs already", name)
	}
	c, err := startContainer(ts, name, ts.MkAbs(flags.Arg(1)), opt)
	ts.Check(err)
	containers[name] = c
}

func startContainer(ts *testscript.TestScript, name, image string, opt runOptions) (*container, error) {
	bundle, err := os.MkdirTemp("", "keelback-runc-")
	if err != nil {
		return nil, err
	}
	c := &container{
		id: filepath.Base(bundle), state: filepath.Join(bundle, "state"), log: filepath.Join(bundle, name+".log"),
		done: make(chan struct{}),
	}
	if c.config, err = readConfig(image); err != nil {
		return nil, err
	}
	rootfs := filepath.Join(image, "rootfs")
	unmount, err := mountRoot(rootfs, bundle)
	if err != nil {
		return nil, err
	}
	ts.Defer(func() {
		c.runtime("delete", "--force", c.id).Run()
		if c.cmd != nil {
			<-c.done
		}
		unmount()
		os.RemoveAll(bundle)
	})
	process, err := runtimeSpec(c.config, rootfs, opt)
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(process)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(bundle, "config.json"), data, 0o644); err != nil {
		return nil, err
	}
	return c, c.start(bundle)
}

// start runs the bundle in the background.
func (c *container) start(bundle string) error {
	log, err := os.Create(c.log)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := c.runtime("run", "--bundle", bundle, c.id)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	c.cmd = cmd
	go func() {
		cmd.Wait()
		close(c.done)
	}()
	return nil
}

func readConfig(image string) (v1.Config, error) {
	data, err := os.ReadFile(filepath.Join(image, "config.json"))
	if err != nil {
		return v1.Config{}, err
	}
	var file v1.ConfigFile
	err = json.Unmarshal(data, &file)
	return file.Config, err
}

// mountRoot puts an overlay over the files, as runc makes the points that it mounts
// on even in a root that is read-only to the container.
func mountRoot(rootfs, bundle string) (unmount func(), err error) {
	for _, dir := range []string{"rootfs", "upper", "work"} {
		if err := os.Mkdir(filepath.Join(bundle, dir), 0o755); err != nil {
			return nil, err
		}
	}
	root := filepath.Join(bundle, "rootfs")
	options := fmt.Sprintf("lowerdir=%s,upperdir=%s,workdir=%s", rootfs, filepath.Join(bundle, "upper"), filepath.Join(bundle, "work"))
	if err := unix.Mount("overlay", root, "overlay", 0, options); err != nil {
		return nil, fmt.Errorf("overlay on %s: %w", rootfs, err)
	}
	return func() { unix.Unmount(root, unix.MNT_DETACH) }, nil
}

// find returns the container of that name.
func find(ts *testscript.TestScript, command string, args []string) *container {
	if len(args) == 0 {
		ts.Fatalf("usage: %s NAME", command)
	}
	c := ts.Value(containersKey{}).(map[string]*container)[args[0]]
	if c == nil {
		ts.Fatalf("%s: no container %s", command, args[0])
	}
	return c
}

func cmdRuncExec(ts *testscript.TestScript, neg bool, args []string) {
	c := find(ts, "runc-exec", args)
	expect(ts, neg, c.exec(ts, args[1:]))
}

func (c *container) exec(ts *testscript.TestScript, args []string) error {
	cmd := c.runtime(append([]string{"exec", c.id}, args...)...)
	cmd.Stdout, cmd.Stderr = ts.Stdout(), ts.Stderr()
	return cmd.Run()
}

func cmdRuncHealth(ts *testscript.TestScript, neg bool, args []string) {
	c := find(ts, "runc-health", args)
	check := c.config.Healthcheck
	if check == nil || len(check.Test) < 2 || check.Test[0] != "CMD" {
		ts.Fatalf("runc-health: the image has no health check in exec form")
	}
	start := time.Now()
	err := c.exec(ts, check.Test[1:])
	ts.Logf("health check took %.2f s", time.Since(start).Seconds())
	expect(ts, neg, err)
}

func cmdRuncLogs(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("unsupported: ! runc-logs")
	}
	data, err := os.ReadFile(find(ts, "runc-logs", args).log)
	ts.Check(err)
	ts.Stdout().Write(data)
}

func cmdRuncStop(ts *testscript.TestScript, neg bool, args []string) {
	flags := flag.NewFlagSet("runc-stop", flag.ContinueOnError)
	within := flags.Duration("within", 10*time.Second, "time that it may take")
	ts.Check(flags.Parse(args))
	c := find(ts, "runc-stop", flags.Args())
	took, err := c.stop(*within)
	fmt.Fprintf(ts.Stdout(), "stopped in %.2f s, exit code %d\n", took.Seconds(), c.cmd.ProcessState.ExitCode())
	expect(ts, neg, err)
}

// stop sends the image's stop signal and waits for the end, which it forces after
// twice the time given.
func (c *container) stop(within time.Duration) (time.Duration, error) {
	signal := c.config.StopSignal
	if signal == "" {
		signal = "SIGTERM"
	}
	start := time.Now()
	if out, err := c.runtime("kill", c.id, signal).CombinedOutput(); err != nil {
		err = fmt.Errorf("runc kill: %w: %s", err, bytes.TrimSpace(out))
		select {
		case <-c.done:
			return 0, fmt.Errorf("it had ended already: %w; it wrote %s", err, c.tail())
		case <-time.After(within):
			return 0, err
		}
	}
	select {
	case <-c.done:
	case <-time.After(2 * within):
		c.runtime("kill", c.id, "KILL").Run()
		<-c.done
	}
	took := time.Since(start)
	if took > within {
		return took, errors.New("that is too long")
	}
	return took, nil
}

func (c *container) tail() string {
	data, _ := os.ReadFile(c.log)
	return strings.TrimSpace(string(data[max(0, len(data)-2000):]))
}
