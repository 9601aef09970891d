package main

import (
	"encoding/json"
	"net/http"
	"strings"
)

// useNotebook opens the pages, runs cells in a kernel and writes a notebook as a page:
// kernels, themes, schemas and templates lie in share and etc of the environment,
// and much of what a cell does is imported by then.
func useNotebook(v *visit) {
	v.get("/tree", "Home", "/static/notebook/")
	v.same("/api/kernelspecs", `"python3"`, "logo-64x64.png")
	v.same("/kernelspecs/python3/logo-64x64.png", "\x89PNG")
	v.get("/lab/api/settings", "@jupyterlab/notebook-extension:tracker", "@jupyter-notebook/notebook-extension")
	v.get("/lab/api/themes/@jupyterlab/theme-light-extension/index.css", "--jp-layout-color0")
	v.get("/lab/api/translations", `"en"`)
	v.get("/api/nbconvert", `"html"`, `"markdown"`, `"script"`)
	v.get("/lsp/status", "sessions")
	v.cells()
	v.converted()
}

// converted writes a notebook and asks for it in other formats.
func (v *visit) converted() {
	const notebook = `{"type": "notebook", "content": {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}, "language_info": {"name": "python"}},
		"cells": [{"id": "a", "cell_type": "markdown", "metadata": {}, "source": "# Tides\n$x^2$ and **bold**"},
		{"id": "b", "cell_type": "code", "metadata": {}, "execution_count": 1, "source": "print('high')", "outputs": [{"output_type": "stream", "name": "stdout", "text": "high\n"}]}]}}`
	v.ask(http.MethodPut, "/api/contents/tides.ipynb", "application/json", strings.NewReader(notebook), `"tides.ipynb"`)
	v.get("/api/contents/tides.ipynb", "Tides")
	v.get("/nbconvert/html/tides.ipynb", "<h1", "<strong>bold</strong>", "jp-OutputArea", "highlight hl-python")
	v.same("/nbconvert/markdown/tides.ipynb", "# Tides")
	v.same("/nbconvert/script/tides.ipynb", "print('high')")
	v.get("/nbconvert/slides/tides.ipynb", "reveal")
	v.json("/api/contents/tides.ipynb/checkpoints", "", `"id"`)
}

// cells runs some in a kernel.
func (v *visit) cells() {
	var kernel struct{ ID string }
	if err := json.Unmarshal([]byte(v.json("/api/kernels", `{"name": "python3"}`)), &kernel); err != nil {
		v.fail("POST /api/kernels: %v", err)
		return
	}
	k, err := openKernel(v, kernel.ID)
	if err != nil {
		v.fail("kernel: %v", err)
		return
	}
	defer k.Close()
	k.run("sum(range(10))", "45")
	k.run("%timeit -n1 -r1 pass", "1 run, 1 loop each")
	k.run("import sqlite3, decimal, lzma, ssl, zoneinfo; zoneinfo.ZoneInfo('Asia/Tokyo')", "Asia/Tokyo")
	k.run("print(len?)\n", "")
	k.run("len??", "Return the number of items")
	k.run("1/0", "ZeroDivisionError")
	k.run("from IPython.display import Markdown; Markdown('**b**')", "text/markdown")
	k.run("import asyncio; await asyncio.sleep(0, 'slept')", "slept")
	k.run("import pydoc; print(pydoc.render_doc('math.gcd')[:60])", "math.gcd")
	// Completion reads type stubs that jedi brings.
	k.complete("import sqlite3; sqlite3.conn", "StrOrBytesPath")
	k.complete("'abc'.start", "startswith")
	k.complete("import json; json.loads('1').", "")
	k.complete("import datetime; datetime.date.today().isof", "isoformat")
	k.inspect("print", "Prints the values to a stream")
	k.debug("initialize", map[string]any{"clientID": "services", "adapterID": "", "pathFormat": "path"})
	k.debug("attach", map[string]any{})
	k.debug("dumpCell", map[string]any{"code": "x = 1"})
	k.debug("disconnect", map[string]any{})
}
