//go:build integration

package integration

import (
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func cmdFreePort(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: free-port NAME...")
	}
	for _, name := range args {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		ts.Check(err)
		ts.Setenv(name, fmt.Sprint(l.Addr().(*net.TCPAddr).Port))
		ts.Check(l.Close())
	}
}

func cmdHTTP(ts *testscript.TestScript, neg bool, args []string) {
	flags := flag.NewFlagSet("http", flag.ContinueOnError)
	status := flags.Int("status", http.StatusOK, "status that is right")
	contains := flags.String("contains", "", "text that the body must have")
	wait := flags.Duration("wait", 0, "time to try in")
	ts.Check(flags.Parse(args))
	if flags.NArg() != 1 {
		ts.Fatalf("usage: http [-status N] [-contains TEXT] [-wait DURATION] URL")
	}
	page, err := url.Parse(flags.Arg(0))
	ts.Check(err)
	if ip := net.ParseIP(page.Hostname()); ip == nil || !ip.IsLoopback() {
		ts.Fatalf("http: %s is no loopback address", page.Host)
	}
	deadline := time.Now().Add(*wait)
	body, err := get(page.String(), *status, *contains)
	for err != nil && time.Now().Before(deadline) {
		time.Sleep(20 * time.Millisecond)
		body, err = get(page.String(), *status, *contains)
	}
	fmt.Fprint(ts.Stdout(), body)
	expect(ts, neg, err)
}

func get(url string, status int, contains string) (string, error) {
	client := http.Client{Timeout: 10 * time.Second}
	resp, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return "", err
	}
	switch body := string(data); {
	case resp.StatusCode != status:
		return body, fmt.Errorf("status is %d, want %d", resp.StatusCode, status)
	case !strings.Contains(body, contains):
		return body, fmt.Errorf("body has no %q", contains)
	default:
		return body, nil
	}
}
