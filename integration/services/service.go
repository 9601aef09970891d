package main

// service is one of the services, and what is done with it.
type service struct {
	name string // of its directory
	what string // it stands for
	port string // that its specs name; another one is put in its place
	musl bool   // all its packages have wheels for Alpine
	use  func(*visit)
}

func services() []service {
	return []service{
		{"wagtail", "a Django site", "8000", true, useWagtail},
		{"notebook", "a notebook server", "8888", true, useNotebook},
		{"datasette", "a service of plug-ins", "8001", true, useDatasette},
		{"locust", "a gevent service", "8089", false, useLocust},
		{"science", "a scientific service", "8000", false, useScience},
		{"files", "libraries by ctypes and cffi", "8000", false, useFiles},
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

// variants are all ways to build the service. What the first of a spec answers is what
// the others have to answer.
func (s service) variants() []variant {
	const distroless, alpine = "keelback.yaml", "keelback.alpine.yaml"
	list := []variant{
		{"none", distroless, "slim", "none", true},
		{name: "distroless", spec: distroless},
		{"max", distroless, "slim", "max", true},
		{"strip", distroless, "bytecode", "strip", true},
		{"compile", distroless, "bytecode", "compile", true},
	}
	if s.musl {
		list = append(list,
			variant{"alpine-none", alpine, "slim", "none", true},
			variant{name: "alpine", spec: alpine},
			variant{"alpine-max", alpine, "slim", "max", true},
		)
	}
	return list
}
