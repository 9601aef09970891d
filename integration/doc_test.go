//go:build integration

// Package integration runs the scripts of testdata against a real BuildKit
// daemon, a real registry on loopback and images of real packages, and starts
// what they build under runc. It imports nothing of Keelback: what it tests are
// the programs of bin and the image that the Dockerfile makes.
//
//	make integration                                    all scripts
//	go test -tags integration ./integration -run 'TestScripts/NAME'   one of them
//
// A script is a txtar archive in the language of testscript; it starts with what
// it shows. Beside testscript's own commands it has these:
//
//	keelback, buildctl, buildx, docker ARG...   run the program
//	docker-engine            start Docker Engine, and direct docker and buildx to it
//	unpack IMAGE DIR         flatten an OCI archive, an OCI layout or an image of the
//	                         registry into DIR/rootfs, beside its manifest.json and
//	                         config.json; prints digests, sizes and layers
//	                         [-platform OS/ARCH]
//	manifest DIR             print each file of a tree: type, mode, owner, size, sum
//	                         [-mtime] adds the time
//	difftree DIR DIR         print the differences of two trees, and fail on any [-mtime]
//	provenance IMAGE         print the provenance attestations of an image
//	free-port NAME...        set NAME to a port that nothing listens on
//	http URL                 get a page of loopback
//	                         [-status N] [-contains TEXT] [-wait DURATION]
//	index start NAME DIR     serve the wheels of DIR on loopback until the script ends;
//	                         NAME is set to the URL, which has them below /files/ and
//	                         pages about them below /simple/ [-host IP]
//	                         [-auth HEADER] asks for that header Authorization
//	index fault NAME FILE KIND [ARG]   let requests of a file fail: status CODE, redirect URL,
//	                         file PATH (its bytes), reset, truncate, drip (1 KB/s), stall
//	                         [-times N] the next N of them
//	index requests NAME      print the requests: method, path, answer
//	index forget NAME        begin that list anew
//	index stop NAME          stop serving
//	make-wheel WHEEL DIR     make a wheel of the files of DIR; METADATA, WHEEL and RECORD are
//	                         added where they are not there [-member NAME=FILE]
//	                         [-link NAME=TARGET] [-zeros NAME=MEGABYTES]
//	make-lock LOCK URL FILE...   make a pylock.toml (or a requirements.txt, without URLs) of
//	                         files that are at URL/files/; FILE may be a pattern
//	search-secret FILE PATH...   fail when what FILE holds is in files that are newer than
//	                         it: as it is, in base64, hex or percent-encoding, also in
//	                         what is packed; prints where
//	runc-start NAME DIR [ARG...]   run an unpacked image as its user, with a read-only
//	                         root, no capabilities, no_new_privileges and the host's
//	                         network, [-uid N] [-gid N] [-env K=V]
//	runc-run DIR [ARG...]    the same until it ends; prints what it wrote, and fails
//	                         when its exit code is not 0
//	runc-exec NAME ARG...    run a program in it
//	runc-health NAME         run the health check of its image in it
//	runc-logs NAME           print what it wrote
//	runc-stop NAME           send the stop signal; prints seconds and exit code
//	                         [-within DURATION] fails when it takes longer
//
// and these variables: BUILDKIT_HOST, BUILDX_BUILDER, REGISTRY (HOST:PORT, the
// mirror of docker.io, gcr.io and ghcr.io), FRONTEND (the frontend's image there),
// EXAMPLES and BIN (directories), CA (the machine's authorities, for the secret ca),
// and these conditions: [dockerfile] when the frontend's image is built from the
// Dockerfile, [public] when images come from the public registries. The variables of
// the run itself are in lab.FromEnv.
package integration
