//go:build linux

package smoke

import (
	_ "embed"
	"fmt"
	"os"
	"strings"
	"time"
)

//go:embed steps.py
var stepsProgram string

//go:embed imports.py
var importsProgram string

//go:embed measure.py
var measureProgram string

// scriptFor is how long a script is run. One that ends by itself only then may be the
// service: it passed its imports, which stand at the top, and waits.
const scriptFor = 5 * time.Second

// steps are what one Python is to do: the modules that the plan names, and what the
// command imports where the plan asks for it. The words are those of steps.py.
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
	steps = append(steps, targetOf(t.plan.Command, t.script)...)
	if len(steps) == 0 {
		t.warnf("the command tells no module to import, so only its program was looked for (health: has it started, smoke: {imports: [...]} tries modules)")
	}
	return steps, nil
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

// imports takes the steps in one Python.
func (t *trial) imports(steps []string) error {
	started := time.Now()
	p, err := t.python(importsProgram, steps, true, scriptFor, started.Add(t.timeout))
	if err != nil {
		return err
	}
	last := inWords(p.said[len(p.said)-1])
	if p.stopped || p.inTime && p.succeeded() && last == "" && len(p.said) > 1 {
		for i, step := range steps {
			steps[i] = inWords(step)
		}
		t.notef("passed in %s: %s", seconds(time.Since(started)), strings.Join(steps, ", "))
		if p.stopped {
			t.notef("note: %s still ran after %s: what it imports at its top is there, and it was stopped", strings.TrimPrefix(p.said[len(p.said)-1], "script "), seconds(scriptFor))
		}
		return nil
	}
	f := &Failure{Advice: t.diagnose(p.out.tail())}
	switch {
	case last == "":
		f.Problem = fmt.Sprintf("%s: it %s before anything was imported", t.plan.Python, p.outcome())
	case !p.inTime:
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
	kind, what, _ := strings.Cut(step, " ")
	switch kind {
	case "main":
		return "python -m " + what
	case "file":
		return "import " + what
	case "script":
		return "run " + what + " without its __main__ block"
	}
	return step
}

// measure tells what missing bytecode costs. It does what the command imports, once
// more. Where that does not work nothing is told: the service itself did.
func (t *trial) measure() {
	steps := targetOf(t.plan.Command, t.script)
	if len(steps) == 0 {
		return
	}
	// A script without a __main__ block is the service: it is measured until it waits.
	p, err := t.python(measureProgram, steps, false, 0, time.Now().Add(t.timeout))
	if err != nil || !p.inTime || !p.stopped && !p.succeeded() {
		return
	}
	var spent float64
	var count int
	for _, line := range p.said {
		// The last figures count. Other lines are steps.
		_, _ = fmt.Sscanf(line, "%f %d", &spent, &count)
	}
	if count > 0 {
		t.notef("%.1f s of each start compile %d modules (bytecode: imported saves most of it)", spent, count)
	}
}
