// Package smoke tries a service in the image that it will be in: as its user, with
// the image's environment, started by its command and judged by its health check. It
// runs as process 1 inside of the finished rootfs.
package smoke

// Plan says what is tried. The environment is not in it: it is that of the process,
// which runs with the image's own.
type Plan struct {
	// Command of the service, as in the image config. Empty: nothing is started.
	Command []string `json:"command,omitempty"`

	// Module asks for the module of the command to be imported; the command is not
	// started. See [Module].
	Module bool `json:"module,omitempty"`

	// Imports are modules to import, in this order.
	Imports []string `json:"imports,omitempty"`

	// Health is the argv of the health check. Empty: what counts is that the service
	// listens.
	Health []string `json:"health,omitempty"`

	// Port that the service listens on. 0: its health check alone counts.
	Port int `json:"port,omitempty"`

	// User that all is run as.
	User User `json:"user"`

	// Dir is the working directory.
	Dir string `json:"dir"`

	// Timeout of the start up to the health check that passes, and of the imports:
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
