//go:build linux

package smoke

import (
	_ "embed"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

//go:embed imports.py
var importsProgram string

//go:embed measure.py
var measureProgram string

// steps are what one Python is to import: the modules that the plan names, and that
// of the command where it asks for it. Words: `import MODULE`, `main MODULE` (for
// -m), `script FILE` (which cannot be imported without running it).
func (t *trial) steps() ([]string, error) {
	var steps []string
	for _, m := range t.plan.Imports {
		steps = append(steps, "import "+m)
	}
	if !t.plan.Module {
		return steps, nil
	}
	if _, err := find(t.plan.Command[0], t.plan.Dir, variable(t.env, "PATH")); err != nil {
		return nil, err
	}
	more := targetOf(t.plan.Command, t.script)
	if len(more) == 0 {
		t.notef("note: the command tells no module to import: only its program was looked for (health: has it started, smoke: {imports: [...]} tries modules)")
	}
	return append(steps, more...), nil
}

// script reads the program of a command, where it is text.
func (t *trial) script(name string) ([]byte, bool) {
	file, err := find(name, t.plan.Dir, variable(t.env, "PATH"))
	if err != nil || shebang(file) == "" {
		return nil, false
	}
	text, err := os.ReadFile(file)
	return text, err == nil
}

// imports runs the steps in one Python.
func (t *trial) imports(steps []string) error {
	started := time.Now()
	p, said, ok, err := t.python(importsProgram, steps, true, started.Add(t.timeout))
	if err != nil {
		return err
	}
	tried := strings.Split(strings.TrimSuffix(said, "\n"), "\n")
	last := inWords(tried[len(tried)-1])
	if ok && p.succeeded() && last == "" && len(tried) > 1 {
		for i, step := range steps {
			steps[i] = inWords(step)
		}
		t.notef("passed in %s: %s", seconds(time.Since(started)), strings.Join(steps, ", "))
		return nil
	}
	f := &Failure{Advice: t.diagnose(p.out.tail())}
	switch {
	case last == "":
		f.Problem = fmt.Sprintf("%s: it %s before anything was imported", t.plan.Python, p.outcome())
	case !ok:
		f.Problem = fmt.Sprintf("%s: did not end within %s", last, seconds(t.timeout))
		if f.Advice == "" {
			f.Advice = `a module must not start the service when it is imported (if __name__ == "__main__":)`
		}
	case p.succeeded():
		f.Problem = last + ": the module ended Python"
	default:
		f.Problem = fmt.Sprintf("%s: Python %s", last, p.outcome())
	}
	return f
}

// inWords is a step as people write it.
func inWords(step string) string {
	if module, ok := strings.CutPrefix(step, "main "); ok {
		return "python -m " + module
	}
	return step
}

// measure tells what missing bytecode costs. It imports what the command does, once
// more. Where that does not work nothing is told: the service itself did.
func (t *trial) measure() {
	var modules []string
	for _, step := range targetOf(t.plan.Command, t.script) {
		if kind, what, _ := strings.Cut(step, " "); kind != "script" {
			modules = append(modules, what)
		}
	}
	if len(modules) == 0 {
		return
	}
	_, said, ok, err := t.python(measureProgram, modules, false, time.Now().Add(t.timeout))
	var spent float64
	var count int
	if err != nil || !ok {
		return
	}
	if _, err := fmt.Sscanf(said, "%f %d", &spent, &count); err != nil || count == 0 {
		return
	}
	t.notef("%.1f s of each start compile %d modules (bytecode: imported saves most of it)", spent, count)
}

// python runs a program to its end, or to the deadline, and returns what it wrote to
// file descriptor 3.
func (t *trial) python(program string, args []string, stream bool, deadline time.Time) (p *process, said string, ok bool, err error) {
	from, to, err := os.Pipe()
	if err != nil {
		return nil, "", false, err
	}
	defer from.Close()
	p, err = t.start(append([]string{t.plan.Python, "-c", program}, args...), stream, to)
	// What is at hand here would keep the pipe open.
	_ = to.Close()
	if err != nil {
		return nil, "", false, err
	}
	told := make(chan string, 1)
	go func() {
		// A pipe has no other error than its end.
		data, _ := io.ReadAll(from)
		told <- string(data)
	}()
	ok = p.finish(deadline)
	killAll()
	return p, <-told, ok, nil
}
