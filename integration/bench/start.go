package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/keelback/keelback/integration/internal/runc"
)

// patience is how long a service may take to answer.
const patience = 60 * time.Second

// start runs an unpacked image with some processors until it answers, and returns how
// long that took, and the memory that it then holds, in bytes.
func start(ctx context.Context, dir string, s service, cpus float64) (took time.Duration, memory int64, err error) {
	port, err := freePort()
	if err != nil {
		return 0, 0, err
	}
	begin := time.Now()
	c, err := runc.Start(dir, runc.Options{Args: []string{"uvicorn", s.app + ".main:app", "--port", port}, CPUs: cpus})
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	url := "http://127.0.0.1:" + port + s.ask
	for err = errors.New("not asked"); err != nil; err = get(ctx, url) {
		if time.Since(begin) > patience || ctx.Err() != nil {
			log, _ := c.Log()
			return 0, 0, fmt.Errorf("no answer in %s: %w\n%s", patience, err, log)
		}
		time.Sleep(5 * time.Millisecond)
	}
	took = time.Since(begin)
	memory, err = memoryOf(c)
	return took, memory, err
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

func get(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %s: %s", resp.Status, body)
	}
	return err
}

// memoryOf is the proportional set size of all processes of a container.
func memoryOf(c *runc.Container) (int64, error) {
	pids, err := c.PIDs()
	if err != nil {
		return 0, err
	}
	var total int64
	for _, pid := range pids {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
		if err != nil {
			return 0, err
		}
		n, err := proportional(data)
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

// proportional reads Pss of smaps_rollup (proc(5)), in bytes.
func proportional(rollup []byte) (int64, error) {
	for line := range bytes.Lines(rollup) {
		fields := bytes.Fields(line)
		if len(fields) == 3 && string(fields[0]) == "Pss:" {
			n, err := strconv.ParseInt(string(fields[1]), 10, 64)
			return n << 10, err
		}
	}
	return 0, errors.New("smaps_rollup: no line Pss")
}
