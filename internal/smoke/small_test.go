package smoke

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParsePlan(t *testing.T) {
	t.Parallel()
	const rest = `"user": {"uid": 1001, "gid": 1001}, "dir": "/app", "python": "/opt/venv/bin/python"}`
	tests := []struct{ name, plan, want string }{
		{"all is there", `{"command": ["a"], "health": ["b"], "port": 8000, "timeout": "90s", "stop_signal": "INT", ` + rest, ""},
		{"a signal by its number", `{"command": ["a"], "module": true, "stop_signal": "15", ` + rest, ""},
		{"a real-time signal", `{"command": ["a"], "module": true, "stop_signal": "SIGRTMIN+3", ` + rest, ""},
		{"no JSON", `{`, "plan: unexpected EOF"},
		{"an unknown field", `{"comand": ["a"]}`, `plan: json: unknown field "comand"`},
		{"nothing that tells whether it works", `{"command": ["a"], ` + rest, "plan: neither health nor module: nothing tells whether the command works"},
		{"a health check of what is not started", `{"command": ["a"], "module": true, "health": ["b"], ` + rest, "plan: health is for a command that is started, port for one that has it"},
		{"a port without a health check", `{"command": ["a"], "port": 1, ` + rest, "plan: health is for a command that is started, port for one that has it"},
		{"nothing to do", `{` + rest, "plan: neither command nor imports"},
		{"a port without a command", `{"port": 1, ` + rest, "plan: there is no command to start"},
		{"a port that is none", `{"command": ["a"], "port": 65536, ` + rest, "plan: port 65536 is not in 0..65535"},
		{"a timeout that is none", `{"command": ["a"], "timeout": "60", ` + rest, `plan: timeout: "60" is not a duration such as 60s`},
		{"a signal that is none", `{"command": ["a"], "stop_signal": "SIGNOPE", ` + rest, `plan: stop_signal: "SIGNOPE" is no signal`},
		{"a real-time signal that is none", `{"command": ["a"], "stop_signal": "SIGRTMIN+40", ` + rest, `plan: stop_signal: "SIGRTMIN+40" is no signal`},
		{"a relative path", `{"command": ["a"], "writable": ["data"], ` + rest, `plan: "data" is not an absolute path`},
		{"a user that is none", `{"command": ["a"], "dir": "/", "python": "/p", "user": {"uid": -1}}`, "plan: -1:0 is no user"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := ""
			if _, err := ParsePlan([]byte(tt.plan)); err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestLines: each line is passed on whole, and the last ones are kept.
func TestLines(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	l := &lines{to: &log}
	for _, part := range []string{"a", "b\nc\r\n", "", "\n", strings.Repeat("x", lineSize+1) + "\nend"} {
		fmt.Fprint(l, part)
	}
	l.flush()
	want := []string{"ab", "c", "", strings.Repeat("x", lineSize), "x", "end"}
	if diff := cmp.Diff(want, l.tail()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff(strings.Join(want, "\n")+"\n", log.String()); diff != "" {
		t.Errorf("log: -want +got:\n%s", diff)
	}
	for i := range 100 {
		fmt.Fprintln(l, i)
	}
	if got := l.tail(); len(got) != kept || got[kept-1] != "99" {
		t.Errorf("kept %d lines, the last one is %q", len(got), got[len(got)-1])
	}
}

// The addresses are as a machine with the bytes of x86 and ARM writes them.
func TestParseListen(t *testing.T) {
	t.Parallel()
	const text = `  sl  local_address rem_address   st tx_queue rx_queue
   0: 0100007F:1F41 00000000:0000 0A 00000000:00000000
   1: 00000000:1F40 00000000:0000 0A 00000000:00000000
   2: 0100007F:1F40 0100007F:9C40 01 00000000:00000000
   3: 00000000000000000000000001000000:1F42 00000000000000000000000000000000:0000 0A
   4: bad
`
	want := []string{"127.0.0.1:8001", "0.0.0.0:8000", "[::1]:8002"}
	var got []string
	for _, a := range parseListen(text) {
		got = append(got, a.String())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff("it listens on 127.0.0.1:80", whereListens([]netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:80")})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestFailureTellsAdvice(t *testing.T) {
	t.Parallel()
	f := &Failure{Problem: "it ended", Advice: "do this"}
	if diff := cmp.Diff("it ended\ndo this", f.Error()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff("it ended", (&Failure{Problem: "it ended"}).Error()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Engines give a user its home from /etc/passwd.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		env, want []string
		home      string
	}{
		{"no home", []string{"A=1"}, []string{"A=1", "HOME=/home/me"}, "/home/me"},
		{"root's home", []string{"HOME=/root", "A=1"}, []string{"A=1", "HOME=/home/me"}, "/home/me"},
		{"the image's own", []string{"HOME=/data"}, []string{"HOME=/data"}, "/home/me"},
		{"a user without a home", nil, []string{"HOME=/"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, environment(tt.env, User{Home: tt.home})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
