package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// writeDocs writes the page of the documentation and its chart.
func writeDocs(dir string, rep *report) error {
	if err := os.WriteFile(filepath.Join(dir, "benchmarks.svg"), chart(rep.Results), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "benchmarks.md"), []byte(documentation(rep)), 0o644)
}

// documentation is the page: what was measured and how, and all results.
func documentation(rep *report) string {
	starts, builds := 0, 0
	for _, r := range rep.Results {
		starts, builds = max(starts, len(r.values(startup))), max(builds, len(r.values(cold)))
	}
	return fmt.Sprintf(introduction, starts, builds, rep.Processors) + tables(rep) + "\n"
}

const introduction = `# Benchmarks

Images of two services of ` + "`examples/`" + `, made by Keelback and by Dockerfiles: the naive one, the common one, that of uv's documentation, and the best that we can write by hand (` + "`integration/bench/testdata`" + ` has them all). ` + "`make bench`" + ` measures again and writes this page; ` + "`go run ./integration/bench -h`" + ` lists its flags.

![Compressed size, and time to the first answer, of each image](benchmarks.svg)

Medians of %d starts and %d builds on a machine with %d processors. In each round all variants have their turn, so that what else happens on the machine meets all of them. The least value of a column is bold; a row where Keelback is not the best stays in.

* **The same for all:** one BuildKit daemon with nothing in its cache but the unpacked base images, a fresh checkout in each round, one index on loopback that has the files of the locks (downloaded before, by pip), one registry in memory to push to. BuildKit's own Dockerfile frontend builds the Dockerfiles.
* **Bases:** stand-ins for the public images of Alpine 3.22, Python 3.13 on it, Python 3.14 on slim (Debian 13) and distroless base-nossl (Debian 13), made by ` + "`integration/bases`" + `. Their interpreters are not compiled as the official ones are, so sizes and times are for comparison with each other.
* **compressed** is the sum of the layers as they are pulled, **on disk** that of all files of the unpacked image, **files** counts links too.
* **start** is the time from ` + "`runc run`" + ` to the first answer, of ` + "`/healthz`" + ` (fastapi) and of ` + "`/search`" + ` (vector-search), with a CPU quota of its cgroup. The root is read-only, as platforms have it, so that no start leaves bytecode for the next one. The files are in the page cache.
* The naive image starts fast because pip, which runs as root in the image itself, leaves bytecode of the standard library behind. No other Dockerfile has any of it.
* **memory** is the proportional set size (PSS) of all processes after the first answer.
* **same digest:** whether all clean builds gave the same manifest.
* **cold** is a build of a fresh checkout with its push; **no change** the same once more; **app edited** after a comment was added to the code; **dependency bumped** after that with another release of ` + bumpedName + ` (70 kB) in the lock. **pushed** is what the registry was sent.
* Each build of Keelback starts the service and waits for its health check before there is an image; the Dockerfiles try nothing. Neither makes attestations.
* **best by hand** has an epoch, bytecode with unchecked hashes, and ` + "`rewrite-timestamp=true`" + `; without the last no build of it gives the same digest twice.

`
