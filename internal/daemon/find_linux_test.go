package daemon

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// install makes programs in a new directory, which is then the PATH.
func install(t *testing.T, programs ...string) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root starts a daemon")
	}
	dir := t.TempDir()
	for _, program := range programs {
		if err := os.WriteFile(filepath.Join(dir, program), nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", "/cache")
	return dir
}

// configure writes the buildkitd.toml of the user.
func configure(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(os.Getenv("XDG_CONFIG_HOME"), "keelback", "buildkitd.toml")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFindGivesBuildkitdAndItsState(t *testing.T) {
	dir := install(t, "buildkitd", "runc")
	opt, err := Find()
	if err != nil {
		t.Fatal(err)
	}
	if opt.Dir != "/cache/keelback" || opt.Command[0] != filepath.Join(dir, "buildkitd") {
		t.Errorf("got %s in %s", opt.Command[0], opt.Dir)
	}
	if strings.Contains(strings.Join(opt.Command, " "), "--config") {
		t.Errorf("a config file is given that is not there: %v", opt.Command)
	}
}

func TestFindTakesTheConfigOfTheUser(t *testing.T) {
	install(t, "buildkitd", "crun")
	path := configure(t, "[worker.oci]\nbinary = \"crun\"\n")
	opt, err := Find()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(opt.Command, " "); !strings.HasSuffix(got, "--config "+path) {
		t.Errorf("got %s", got)
	}
}

func TestFindSaysWhatIsMissing(t *testing.T) {
	for name, c := range map[string]struct {
		programs []string
		config   string
		want     []string
	}{
		"buildkitd":           {nil, "", []string{"buildkitd: ", "install BuildKit", "--addr", "BUILDKIT_HOST"}},
		"runc":                {[]string{"buildkitd"}, "", []string{"runc: ", "install runc", "--addr"}},
		"another runtime":     {[]string{"buildkitd", "runc"}, "[worker.oci]\nbinary = \"crun\"\n", []string{"crun: "}},
		"a config that reads": {[]string{"buildkitd", "runc"}, "[worker", []string{"buildkitd.toml: "}},
	} {
		t.Run(name, func(t *testing.T) {
			install(t, c.programs...)
			if c.config != "" {
				configure(t, c.config)
			}
			_, err := Find()
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is missing in: %v", want, err)
				}
			}
		})
	}
}
