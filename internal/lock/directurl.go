package lock

import (
	"bytes"
	"encoding/json"
)

// directURLFile is direct_url.json (PEP 610).
type directURLFile struct {
	URL          string         `json:"url"`
	Archive      *directArchive `json:"archive_info,omitempty"`
	VCS          *directVCS     `json:"vcs_info,omitempty"`
	Subdirectory string         `json:"subdirectory,omitempty"`
}

type directArchive struct {
	Hashes map[string]string `json:"hashes"`
}

type directVCS struct {
	Type      string `json:"vcs"`
	Requested string `json:"requested_revision,omitempty"`
	Commit    string `json:"commit_id"`
}

// directURL is the content of direct_url.json, or empty for what comes from an index.
// What comes from the build context has none either: its URL would be one of the
// machine that builds.
func directURL(p *Package) string {
	var d directURLFile
	switch {
	case p.VCS != nil:
		v := p.VCS
		d = directURLFile{URL: v.URL, VCS: &directVCS{v.Type, v.Requested, v.Commit}, Subdirectory: v.Subdirectory}
	case p.Archive != nil && p.Archive.URL != "":
		f := p.Archive
		d = directURLFile{URL: f.URL, Archive: &directArchive{map[string]string{"sha256": f.SHA256}}, Subdirectory: f.Subdirectory}
	default:
		return ""
	}
	return toJSON(d)
}

// toJSON gives a value as JSON in one line, with characters of HTML as they are. A
// string is one of TOML, too.
func toJSON(v any) string {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "" // nothing that is encoded here can fail
	}
	return string(bytes.TrimSuffix(text.Bytes(), []byte("\n")))
}
