// Package python knows how a Python installation and a virtual environment lie in
// a rootfs. It runs no Python.
package python
