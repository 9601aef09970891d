package main

import (
	"encoding/json"
	"net/url"
	"regexp"
	"time"
)

// useLocust lets it ask itself, with greenlets and both of its clients, and looks at
// what it then has to tell.
func useLocust(v *visit) {
	page := v.get("/", "<title>Locust</title>", "locustfile.py")
	script := regexp.MustCompile(`/assets/[^"]+\.js`).FindString(page)
	if script == "" {
		v.fail("GET /: no script is named")
		return
	}
	v.same(script)
	v.form("/swarm", url.Values{"user_count": {"4"}, "spawn_rate": {"4"}, "host": {v.base}}, "Swarming started")
	deadline := time.Now().Add(20 * time.Second)
	for !v.swarmed() {
		if time.Now().After(deadline) {
			v.fail("GET /stats/requests: not both clients had answers: %.500s", v.get("/stats/requests"))
			break
		}
		time.Sleep(200 * time.Millisecond)
	}
	v.get("/stats/requests/csv", "Type,Name,Request Count", "GET,front")
	v.get("/stats/failures/csv", "Method,Name,Error")
	v.get("/stats/report", "Locust Test Report", "locustfile.py")
	v.get("/exceptions/csv", "Count,Message,Traceback")
	v.get("/logs", "master", "Starting")
	v.get("/tasks", "Reader", "FastReader")
	v.form("/stop", nil, "Test stopped")
}

// swarmed tells whether both clients have had answers, and no failures.
func (v *visit) swarmed() bool {
	var report struct {
		Stats []struct {
			Name        string
			NumRequests int `json:"num_requests"`
			NumFailures int `json:"num_failures"`
		}
	}
	if err := json.Unmarshal([]byte(v.get("/stats/requests")), &report); err != nil {
		v.fail("GET /stats/requests: %v", err)
	}
	answered := map[string]bool{}
	for _, s := range report.Stats {
		answered[s.Name] = s.NumRequests > 2 && s.NumFailures == 0
	}
	return answered["front"] && answered["tasks"]
}
