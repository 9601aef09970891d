package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/solver/errdefs"
	"google.golang.org/grpc/status"

	"github.com/keelback/keelback/spec"
)

// Exit codes.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// usageError is a mistake on the command line.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// specError is a mistake in a spec, together with the spec's text.
type specError struct {
	errs spec.Errors
	data []byte
}

func (e *specError) Error() string { return e.errs.Error() }
func (e *specError) Unwrap() error { return e.errs }

// located tells a mistake in a spec from other errors of the frontend, which attaches
// the text of the spec.
func located(err error) error {
	var data []byte
	for _, source := range errdefs.Sources(err) {
		if source.Info != nil {
			data = source.Info.Data
		}
	}
	return mistaken(err, data)
}

// mistaken makes an error about a spec one that [app.report] can show. What the daemon
// could not do, such as reach a registry, is no mistake, whatever key it is about.
func mistaken(err error, data []byte) error {
	var errs spec.Errors
	var one *spec.Error
	var rpc rpcError
	switch {
	case errors.As(err, &rpc):
		return err
	case errors.As(err, &errs):
		return &specError{errs: errs, data: data}
	case errors.As(err, &one):
		return &specError{errs: spec.Errors{one}, data: data}
	default:
		return err
	}
}

// rpcError is an error that came from the daemon.
type rpcError interface{ GRPCStatus() *status.Status }

// report prints an error and returns the exit code that goes with it.
func (a *app) report(ctx context.Context, err error) int {
	if err == nil {
		return 0
	}
	if ctx.Err() != nil {
		fmt.Fprintln(a.stderr, "ERROR: interrupted")
		return exitInterrupted
	}
	var mistakes *specError
	if errors.As(err, &mistakes) {
		mistakes.print(a.stderr)
		return exitUsage
	}
	for _, source := range errdefs.Sources(err) {
		if printErr := source.Print(a.stderr); printErr != nil {
			break
		}
	}
	fmt.Fprintf(a.stderr, "ERROR: %v\n", err)
	var usage usageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	return exitFailed
}

// print shows each mistake with the line that it is in.
func (e *specError) print(w io.Writer) {
	lines := bytes.Split(e.data, []byte("\n"))
	for _, err := range e.errs {
		fmt.Fprintln(w, err)
		if start := err.Range.Start.Line; start >= 1 && start <= len(lines) {
			excerpt(w, string(bytes.TrimSuffix(lines[start-1], []byte("\r"))), err.Range)
		}
	}
	fmt.Fprintf(w, "ERROR: %s in the spec\n", count(len(e.errs), "error"))
}

// excerpt shows one line, and below it what part of it is meant.
func excerpt(w io.Writer, line string, r spec.Range) {
	const most = 160
	text := []rune(strings.ReplaceAll(line, "\t", " "))
	if len(text) == 0 {
		return
	}
	from := min(r.Start.Column-1, len(text))
	to := len(text)
	if r.End.Line == r.Start.Line {
		to = min(max(r.End.Column-1, from), len(text))
	}
	if len(text) > most {
		cut := max(0, min(from-most/4, len(text)-most))
		text, from, to = text[cut:cut+most], from-cut, min(to-cut, most)
	}
	fmt.Fprintf(w, "%5d | %s\n      | %*s%s\n", r.Start.Line, string(text), from, "", strings.Repeat("^", max(1, to-from)))
}

// count writes a number and a noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// printWarnings shows what the frontend warned of, with the lines that it meant.
func (a *app) printWarnings(warnings []client.VertexWarning) {
	if len(warnings) == 0 {
		return
	}
	fmt.Fprintf(a.stderr, "\n%s found:\n", count(len(warnings), "warning"))
	for _, warning := range warnings {
		fmt.Fprintf(a.stderr, " - %s\n", warning.Short)
		for _, detail := range warning.Detail {
			fmt.Fprintf(a.stderr, "   %s\n", detail)
		}
		source := errdefs.Source{Info: warning.SourceInfo, Ranges: warning.Range}
		if err := source.Print(a.stderr); err != nil {
			return
		}
	}
}
