// Package llb compiles a spec to the graph that BuildKit solves (LLB), and to the
// image config that goes with it.
//
//	python image ── system packages ── venv ── dependencies ── strip ─┐
//	     │                                       project ──── strip ──┤
//	     └── interpreter, standard library, shared libraries ─────────┤
//	base image ── system packages ── user ────────────────────────────┼── image
//	build context ── app ─────────────────────────────────────────────┘
//
// [Compile] reads in the order of the build. What happens to files is done by the
// program keelback-step, which steps mount from outside: without network, shell
// or anything of the rootfs that it works on. uv installs, in the builder stage.
package llb
