package main

// service is one of the services, and what is done with it.
type service struct {
	name string // of its directory
	what string // it stands for
	port string // that its spec names; another one is put in its place
	use  func(*visit)
}

func services() []service {
	return []service{
		{"wagtail", "a Django site", "8000", useWagtail},
		{"notebook", "a notebook server", "8888", useNotebook},
		{"datasette", "a service of plug-ins", "8001", useDatasette},
		{"locust", "a gevent service", "8089", useLocust},
		{"science", "a scientific service", "8000", useScience},
		{"files", "libraries by ctypes and cffi", "8000", useFiles},
	}
}

// variant is a way to build a service.
type variant struct {
	name  string
	spec  string // file of the service
	key   string // of the spec, and what it is set to
	value string
	extra bool // only built by -all
}

// variants are all ways to build a service. What the first ones answer is what the
// others have to answer.
func variants() []variant {
	const distroless, alpine = "keelback.yaml", "keelback.alpine.yaml"
	return []variant{
		{"none", distroless, "slim", "none", true},
		{name: "distroless", spec: distroless},
		{name: "alpine", spec: alpine},
		{"max", distroless, "slim", "max", true},
		{"alpine-max", alpine, "slim", "max", true},
		{"strip", distroless, "bytecode", "strip", true},
		{"compile", distroless, "bytecode", "compile", true},
	}
}
