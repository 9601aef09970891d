package lock_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/lock"
)

func TestRequiresOf(t *testing.T) {
	t.Parallel()
	for manifest, want := range map[string][]string{
		"":                            {"setuptools", "wheel"},
		"[build-system]\nrequires=[]": nil,
		`[build-system]
requires = ["Setuptools_SCM [toml, a.b] ( >= 8 , <10 )", "cython==3.* ; python_version < '3.14' and (os_name == 'posix')", "wheel", "wheel ()", "old===1.0", "tomli>=1,"]`: {
			"cython==3.* ; python_version < '3.14' and (os_name == 'posix')", "old===1.0", "setuptools-scm[a-b,toml]>=8,<10", "tomli>=1", "wheel",
		},
	} {
		got, err := lock.RequiresOf([]byte(manifest))
		if err != nil {
			t.Errorf("%s: %v", manifest, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", manifest, diff)
		}
	}
}

// Whoever made a source archive must not have a say on what uv reads.
func TestRequiresOfTakesNothingButRequirements(t *testing.T) {
	t.Parallel()
	for require, want := range map[string]string{
		`-r /root/.netrc`:                      `"-r /root/.netrc", which is no requirement`,
		`wheel\n-r /root/.netrc`:               `"wheel\n-r /root/.netrc", which has a control character`,
		`wheel\r--index-url x`:                 `"wheel\r--index-url x", which has a control character`,
		`wheel\u2028x`:                         `which has a control character`,
		`wheel --hash=sha256:00`:               `"wheel --hash=sha256"..., which is no requirement`,
		`-i https://me:hunter2@x.example`:      `"-i https"..., which is no requirement`,
		`wheel # comment`:                      `which has a comment`,
		`wheel \\`:                             `which is no requirement`,
		`wheel @ https://me:hunter2@x.example`: `"wheel "..., which has a URL`,
		`https://me:hunter2@x.example/a.whl`:   `"https"..., which is no requirement`,
		`./folder`:                             `which is no requirement`,
		`wheel[-r]`:                            `which has an extra that is none`,
		`wheel>=1 -r x`:                        `which is no requirement`,
		`wheel===-r`:                           `which is no requirement`,
		`wheel>=one`:                           `which has a version specifier that is none`,
		`wheel (>=1`:                           `which is no requirement`,
		`wheel ; python_version >= '3' -r x`:   `which has a marker that is none`,
		``:                                     `which is no requirement`,
	} {
		got, err := lock.RequiresOf([]byte("[build-system]\nrequires = [\"wheel\", \"" + require + "\"]"))
		if err == nil || !strings.HasPrefix(err.Error(), "pyproject.toml: [build-system] requires ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v", require, got, err)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error shows a password: %v", require, err)
		}
	}
}
