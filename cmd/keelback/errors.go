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

// placedError is what went wrong about a key of a spec that has no mistake, such as an
// image that the registry does not have, together with the spec's text.
type placedError struct {
	error
	at   spec.Range
	data []byte
}

func (e *placedError) Unwrap() error { return e.error }

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

// mistaken makes an error about a spec one that [app.report] can show. Only
// [spec.Errors] are mistakes, and what the daemon could not do, such as reach a
// registry, is none, whatever key it is about.
func mistaken(err error, data []byte) error {
	var errs spec.Errors
	var one *spec.Error
	var rpc rpcError
	switch {
	case errors.As(err, &errs) && !errors.As(err, &rpc):
		return &specError{errs: errs, data: errs.Mask(data)}
	case errors.As(err, &one) && len(data) > 0:
		return &placedError{error: err, at: one.Range, data: data}
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
	a.showPlace(err)
	fmt.Fprintf(a.stderr, "ERROR: %v\n", err)
	var usage usageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	return exitFailed
}

// showPlace shows the lines of the spec that an error is about.
func (a *app) showPlace(err error) {
	var placed *placedError
	if errors.As(err, &placed) {
		excerpt(a.stderr, placed.data, placed.at)
		return
	}
	for _, source := range errdefs.Sources(err) {
		if err := source.Print(a.stderr); err != nil {
			return
		}
	}
}

// print shows each mistake with the line that it is in.
func (e *specError) print(w io.Writer) {
	for _, err := range e.errs {
		fmt.Fprintln(w, err)
		excerpt(w, e.data, err.Range)
	}
	fmt.Fprintf(w, "ERROR: %s in the spec\n", count(len(e.errs), "error"))
}

// excerpt shows the first line of a range, and below it what part of it is meant.
func excerpt(w io.Writer, data []byte, r spec.Range) {
	const most = 160
	lines := bytes.Split(data, []byte("\n"))
	if r.Start.Line < 1 || r.Start.Line > len(lines) {
		return
	}
	line := string(bytes.TrimSuffix(lines[r.Start.Line-1], []byte("\r")))
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
