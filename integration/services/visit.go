package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"
)

// visit is the use of a started service. What goes wrong is collected, as one thing
// that is missing should not hide the others.
type visit struct {
	ctx      context.Context
	base     string // URL, without a slash at the end
	http     *http.Client
	header   http.Header // of the next requests
	checks   int         // what was looked at
	answers  []answer    // what is compared
	problems []string
}

// answer is what a service said, in a form that must be the same however its image
// was built.
type answer struct{ what, text string }

func newVisit(ctx context.Context, base string) *visit {
	jar, _ := cookiejar.New(nil) // it has no error without options
	return &visit{
		ctx: ctx, base: base, header: http.Header{},
		http: &http.Client{Jar: jar, Timeout: time.Minute},
	}
}

// fail notes what goes wrong.
func (v *visit) fail(format string, args ...any) {
	v.problems = append(v.problems, fmt.Sprintf(format, args...))
}

// keep notes an answer that is compared with the one of another image.
func (v *visit) keep(what, text string) { v.answers = append(v.answers, answer{what, text}) }

// get asks for a page, which has to contain some texts, and returns it.
func (v *visit) get(path string, wants ...string) string {
	return v.ask(http.MethodGet, path, "", nil, wants...)
}

// same asks for a page as get does, and all of it is compared.
func (v *visit) same(path string, wants ...string) string {
	body := v.get(path, wants...)
	v.keep("GET "+path, body)
	return body
}

// binary asks for a file that begins with some bytes.
func (v *visit) binary(path, magic string) {
	if body := v.get(path); !strings.HasPrefix(body, magic) {
		v.fail("GET %s: %.40q, wanted it to begin with %q", path, body, magic)
	}
}

// form sends a form.
func (v *visit) form(path string, values url.Values, wants ...string) string {
	return v.ask(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(values.Encode()), wants...)
}

// json sends a document.
func (v *visit) json(path, document string, wants ...string) string {
	return v.ask(http.MethodPost, path, "application/json", strings.NewReader(document), wants...)
}

// ask sends a request. The answer has to be a good one, and to contain some texts.
func (v *visit) ask(method, path, kind string, body io.Reader, wants ...string) string {
	v.checks++
	req, err := http.NewRequestWithContext(v.ctx, method, v.base+path, body)
	if err != nil {
		v.fail("%s %s: %v", method, path, err)
		return ""
	}
	for name, values := range v.header {
		req.Header[name] = values
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	// Django asks where a form came from, and browsers tell it.
	req.Header.Set("Referer", v.base+path)
	resp, err := v.http.Do(req)
	if err != nil {
		v.fail("%s %s: %v", method, path, err)
		return ""
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, 64<<20))
	if err != nil {
		v.fail("%s %s: %v", method, path, err)
	}
	if resp.StatusCode/100 != 2 {
		v.fail("%s %s: status %s: %.300s", method, path, resp.Status, bytes.TrimSpace(data))
		return string(data)
	}
	for _, want := range wants {
		if !bytes.Contains(data, []byte(want)) {
			v.fail("%s %s: it does not contain %q: %.300s", method, path, want, bytes.TrimSpace(data))
		}
	}
	return string(data)
}

// differences tells which answers are not those of the reference.
func differences(reference, answers []answer) []string {
	known := map[string]string{}
	for _, a := range reference {
		known[a.what] = a.text
	}
	var found []string
	for _, a := range answers {
		if text, ok := known[a.what]; ok && text != a.text {
			found = append(found, fmt.Sprintf("%s: another answer than before: %s, was %s", a.what, short(a.text), short(text)))
		}
	}
	return found
}

// short is a text, or what tells it from others.
func short(text string) string {
	if len(text) < 300 {
		return text
	}
	return fmt.Sprintf("%d bytes with sha256 %.12x (%.80q)", len(text), sha256.Sum256([]byte(text)), text)
}
