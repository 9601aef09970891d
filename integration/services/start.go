package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/keelback/keelback/integration/internal/oci"
	"github.com/keelback/keelback/integration/internal/runc"
)

// patience is how long a service may take to its first healthy answer, and to stop.
const patience = 90 * time.Second

// start runs an unpacked image, waits until its health check passes, uses it and
// stops it. The answers are those of the service.
func (r *row) start(ctx context.Context, image string) (answers []answer, err error) {
	config, err := oci.Config(image)
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	moved := func(list []string) []string { return replaced(list, r.service.port, port) }
	begin := time.Now()
	c, err := runc.Start(image, runc.Options{Args: moved(slices.Concat(config.Entrypoint, config.Cmd)), Env: moved(config.Env)})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if err := healthy(ctx, c, config, "127.0.0.1:"+port, moved); err != nil {
		log, _ := c.Log()
		return nil, fmt.Errorf("%w\n%s", err, tail(log))
	}
	r.healthy, r.took = true, time.Since(begin)
	v := newVisit(ctx, "http://127.0.0.1:"+port)
	r.service.use(v)
	r.checks = v.checks
	log, _ := c.Log()
	if len(v.problems) > 0 {
		v.problems = append(v.problems, "its log ends with:\n"+string(tail(log)))
	}
	r.problems = append(r.problems, v.problems...)
	r.problems = append(r.problems, lost(log)...)
	r.stopped, _, err = c.Stop(30 * time.Second)
	return v.answers, err
}

// replaced returns the texts with another port.
func replaced(list []string, from, to string) []string {
	var out []string
	for _, text := range list {
		out = append(out, strings.ReplaceAll(text, from, to))
	}
	return out
}

// healthy waits for the port, then runs the health check until it passes: it takes a
// Python each time, which would be part of what is measured.
func healthy(ctx context.Context, c *runc.Container, config v1.Config, address string, moved func([]string) []string) error {
	check := config.Healthcheck
	if check == nil || len(check.Test) < 2 || check.Test[0] != "CMD" {
		return errors.New("the image has no health check in exec form")
	}
	var out bytes.Buffer
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.DialTimeout("tcp", address, time.Second)
		if err == nil {
			conn.Close()
			out.Reset()
			if err = c.Exec(&out, &out, moved(check.Test[1:])...); err == nil {
				return nil
			}
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			return fmt.Errorf("not healthy within %s: %w: %s", patience, err, bytes.TrimSpace(out.Bytes()))
		}
		if list, err := c.PIDs(); err == nil && len(list) == 0 {
			return errors.New("it ended before it was healthy")
		}
	}
}

// lost are the lines of a log that tell of something that is not there, though the
// request was answered.
func lost(log []byte) []string {
	var found []string
	for line := range strings.Lines(string(log)) {
		for _, sign := range []string{"ModuleNotFoundError", "ImportError", "FileNotFoundError", "TemplateDoesNotExist", "cannot open shared object"} {
			if strings.Contains(line, sign) {
				found = append(found, "its log has: "+strings.TrimSpace(line))
			}
		}
	}
	return found
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}
