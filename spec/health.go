package spec

import "strings"

func (s *Spec) checkHealth(p *problems) {
	h := s.Health
	if h == nil {
		return
	}
	if !p.has("health.http") && !p.has("health.tcp") {
		switch {
		case h.HTTP != "" && h.TCP:
			p.addf("health", "both http and tcp are given (the check is one of them)")
		case h.HTTP == "" && !h.TCP:
			p.addf("health", "neither http nor tcp is given (http: /healthz, or tcp: true)")
		}
	}
	s.checkHealthHTTP(p)
	s.checkHealthPort(p)
}

func (s *Spec) checkHealthHTTP(p *problems) {
	h := s.Health
	switch {
	case h.HTTP == "":
	case !strings.HasPrefix(h.HTTP, "/"):
		p.addf("health.http", "%s is no path (it begins with /, such as /healthz)", quote(h.HTTP))
	case strings.ContainsFunc(h.HTTP, func(r rune) bool { return r <= ' ' || r > '~' }) || strings.Contains(h.HTTP, "#"):
		p.addf("health.http", "%s is no path (no spaces, control characters, # or letters beyond ASCII: write them as %%20 and the like)", quote(h.HTTP))
	}
	if strings.Contains(h.Body, "\x00") {
		p.addf("health.body", "a NUL character cannot be in the text")
	}
	if h.HTTP != "" || !h.TCP {
		return
	}
	for _, key := range []string{"status", "body"} {
		if _, given := s.Range("health." + key); given {
			p.addf("health."+key, "a tcp check has none (remove it, or make the check http)")
		}
	}
}

func (s *Spec) checkHealthPort(p *problems) {
	h := s.Health
	if p.has("health.port") || p.has("ports") {
		return
	}
	switch {
	case h.Port == 0 && len(s.Ports) == 1:
		h.Port = s.Ports[0]
	case h.Port == 0 && len(s.Ports) == 0:
		p.addf("health.port", "there is no port to ask (give it, or one port in ports)")
	case h.Port == 0:
		p.addf("health.port", "it is not clear which of the %d ports to ask (give the port)", len(s.Ports))
	}
}
