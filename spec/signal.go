package spec

import (
	"regexp"
	"slices"
	"strings"
)

// signals of Linux by their names, which are the same on all architectures. The
// numbers are not.
var signals = []string{
	"SIGABRT", "SIGALRM", "SIGBUS", "SIGCHLD", "SIGCONT", "SIGFPE", "SIGHUP", "SIGILL",
	"SIGINT", "SIGIO", "SIGKILL", "SIGPIPE", "SIGPROF", "SIGPWR", "SIGQUIT", "SIGSEGV",
	"SIGSTKFLT", "SIGSTOP", "SIGSYS", "SIGTERM", "SIGTRAP", "SIGTSTP", "SIGTTIN",
	"SIGTTOU", "SIGURG", "SIGUSR1", "SIGUSR2", "SIGVTALRM", "SIGWINCH", "SIGXCPU", "SIGXFSZ",
}

var realtimeSignal = regexp.MustCompile(`^SIGRT(MIN(\+([1-9]|[12][0-9]|30))?|MAX(-([1-9]|[12][0-9]|30))?)$`)

func (s *Spec) checkStopSignal(p *problems) {
	if p.has("stop_signal") || isSignal(s.StopSignal) {
		return
	}
	upper := strings.ToUpper(s.StopSignal)
	for _, name := range []string{upper, "SIG" + upper} {
		if isSignal(name) {
			p.addf("stop_signal", "%s is no signal (write %s)", quote(s.StopSignal), name)
			return
		}
	}
	if near := nearest(upper, signals); near != "" {
		p.addf("stop_signal", "%s is no signal (did you mean %s?)", quote(s.StopSignal), near)
		return
	}
	p.addf("stop_signal", "%s is no signal (its name, such as SIGTERM or SIGINT)", quote(s.StopSignal))
}

func isSignal(name string) bool {
	return slices.Contains(signals, name) || realtimeSignal.MatchString(name)
}
