package llb

import (
	"net/url"

	"github.com/moby/buildkit/client/llb"

	"github.com/keelback/keelback/internal/lock"
)

// NetrcFile is where the secret netrc is mounted for a download by Python. It tells
// that step's error from others.
const NetrcFile = "/run/secrets/netrc"

// fetchScript downloads a file from a host that netrc knows. What it sends to log in
// is not sent on to where the host redirects.
const fetchScript = `import base64, netrc, sys, urllib.error, urllib.parse, urllib.request
url, file = sys.argv[1:]
host = urllib.parse.urlsplit(url).hostname
login = netrc.netrc("` + NetrcFile + `").authenticators(host)
if not login:
    sys.exit("the secret netrc has no machine " + host)
request = urllib.request.Request(url)
request.add_unredirected_header("Authorization", "Basic " + base64.b64encode((login[0] + ":" + login[2]).encode()).decode())
try:
    with urllib.request.urlopen(request, timeout=60) as answer, open(file, "wb") as out:
        while part := answer.read(1 << 20):
            out.write(part)
except urllib.error.HTTPError as error:
    sys.exit(f"{host} answers {error.code}")
`

// byNetrc tells whether files of a URL's host are downloaded with the secret netrc,
// which BuildKit's own sources do not know.
func (c *compiler) byNetrc(address string) bool {
	u, err := url.Parse(c.mirrored(address))
	return err == nil && c.opt.Netrc[u.Hostname()]
}

// fetchByNetrc is a step that downloads a file by the builder's Python. keelback-step
// holds what came against the lock.
func (c *compiler) fetchByNetrc(d lock.Distribution, f *lock.File) llb.State {
	opts := []llb.RunOption{
		llb.Args([]string{"python" + minorOf(c.opt.Project.Python), "-I", "-c", fetchScript, c.mirrored(f.URL), outDir + "/" + f.Name}),
		llb.AddEnv("PYTHONDONTWRITEBYTECODE", "1"),
		llb.AddSecret(NetrcFile, llb.SecretID(secretNetrc)),
	}
	for _, o := range c.opAt(stageWheels, c.inLock(d), "%s (netrc)", f.Name) {
		opts = append(opts, o)
	}
	return c.images.host.state.Run(append(opts, c.online()...)...).AddMount(outDir, llb.Scratch())
}
