// Package smoke tries a service in the image that it will be in: as its user, with
// the image's environment, started by its command and judged by its health check. It
// runs as process 1 inside of the finished rootfs.
package smoke

// Plan says what is tried. The environment is not in it: it is that of the process,
// which runs with the image's own.
type Plan struct {
	// Command of the service, as in the image config. It is started where Health tells
	// whether it works; else Module has to be set.
	Command []string `json:"command,omitempty"`

	// Module asks for the module of the command to be imported, or for its file to be
	// run without its __main__ block; the command is not started. See [Module].
	Module bool `json:"module,omitempty"`

	// Imports are modules to import, in this order.
	Imports []string `json:"imports,omitempty"`

	// Health is the argv of the health check. Empty: the command is not started.
	Health []string `json:"health,omitempty"`

	// Port that the service listens on, before it is asked for its health. 0: the
	// health check alone counts.
	Port int `json:"port,omitempty"`

	// User that all is run as.
	User User `json:"user"`

	// Dir is the working directory.
	Dir string `json:"dir"`

	// Timeout of the start up to the health check that passes, or of the imports:
	// a duration such as 60s, which is the default.
	Timeout string `json:"timeout,omitempty"`

	// StopSignal is its name. Default: SIGTERM.
	StopSignal string `json:"stop_signal,omitempty"`

	// Python is the interpreter of the environment.
	Python string `json:"python"`

	// Measure tells what it costs at each start that there is no bytecode.
	Measure bool `json:"measure,omitempty"`

	// Writable are folders mounted for the service, as the image gives them to it.
	Writable []string `json:"writable,omitempty"`
}

// User is who the service runs as.
type User struct {
	Name string `json:"name,omitempty"`
	UID  int    `json:"uid"`
	GID  int    `json:"gid"`
	Home string `json:"home,omitempty"`
}

// What was done with a service; see [Result].
const (
	// Started: its command was, and the health check passed.
	Started = "started"

	// Imported: the module of its command was, or the modules that the plan names.
	Imported = "imported"

	// Found: the program of its command is there; nothing was run.
	Found = "found"

	// NotTried: this machine cannot run programs of the image.
	NotTried = "not tried"
)

// Result is how a service that works was tried. It is the same in each run.
type Result struct {
	// Did is the most that was done: [Started], [Imported], [Found] or [NotTried].
	Did string `json:"did"`

	// Warnings are sentences for people, in the order of what happened.
	Warnings []string `json:"warnings"`
}
