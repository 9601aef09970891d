package slim

// browserRules are the rules for packages that bring files for browsers, and for
// Django.
func browserRules() []Rule {
	return []Rule{
		{
			Name: "pydeck-source-map", Level: Safe, Package: "pydeck",
			Files:  []string{"pydeck/nbextension/static/index.js.map", "../../../share/jupyter/nbextensions/pydeck/index.js.map"},
			Reason: "what a browser's debugger shows instead of the script. Streamlit depends on pydeck; the script itself stays",
			Saves:  "pydeck 0.9.3: 19.4 of 23.7 MB, and as much in share/jupyter",
			Proof: `
import pydeck
deck = pydeck.Deck(layers=[pydeck.Layer("ScatterplotLayer", data=[{"position": [0, 0]}])])
assert "ScatterplotLayer" in deck.to_json() and "deck" in deck.to_html(as_string=True)
assert len(deck.to_html(as_string=True, offline=True)) > 1_000_000
`,
		},
		{
			Name: "streamlit-skills", Level: Max, Package: "streamlit",
			Files:  []string{"streamlit/.agents"},
			Reason: "texts for coding assistants, which `streamlit skills` copies into a project. The pages that a browser loads have nothing to spare",
			Saves:  "streamlit 1.67.0: 0.5 of 31.9 MB",
			Proof: `
import os, streamlit
from streamlit.testing.v1 import AppTest
app = AppTest.from_string("import streamlit as st, pandas as pd\nst.title('x')\nst.dataframe(pd.DataFrame({'a': [1]}))\nst.write(st.slider('s'))")
assert app.run().title[0].value == "x" and not app.exception
assert os.path.isfile(os.path.join(os.path.dirname(streamlit.__file__), "static", "index.html"))
`,
		},
		{
			Name: "plotly-extension", Level: Safe, Package: "plotly", Named: true,
			Files:  []string{"plotly/labextension"},
			Reason: "a second copy of what JupyterLab loads, which lies in share/jupyter: for `jupyter labextension develop` alone",
			Saves:  "plotly 7.1.0: 4.9 of 35.1 MB",
			Proof:  figureProof,
		},
		{
			Name: "plotly-widget", Level: Max, Package: "plotly",
			Files:  []string{"plotly/package_data/widgetbundle.js", "../../../share/jupyter/labextensions/jupyterlab-plotly"},
			Reason: "draws in notebooks: for FigureWidget and JupyterLab. Pages, pictures and JSON need none of it",
			Saves:  "plotly 7.1.0: 5.0 of 35.1 MB, and 4.9 in share/jupyter",
			Proof:  figureProof,
		},
		{
			Name: "bokeh-development", Level: Max, Package: "bokeh",
			Files: []string{
				"bokeh/server/static/lib", "bokeh/server/static/js/compiler.js", "bokeh/server/static/js/bokeh.js",
				"bokeh/server/static/js/bokeh-*.js", "bokeh/server/static/js/types", "bokeh/server/static/js/lib",
			},
			Except: []string{"bokeh/server/static/js/*.min.js"},
			Reason: "what compiles extensions in TypeScript, with nodejs, and the scripts for readers: for BOKEH_MINIFIED=no and BOKEH_DEV. The short scripts stay",
			Saves:  "bokeh 3.10.2: 18.5 of 26.3 MB",
			Proof: `
from bokeh import embed, plotting, resources
figure = plotting.figure()
figure.line([1, 2], [3, 4])
page = embed.file_html(figure, resources.INLINE, "x")
assert len(page) > 1_000_000 and embed.json_item(figure)["doc"]
from bokeh.server.server import Server
assert Server and resources.Resources(mode="server").js_files
`,
		},
		{
			Name: "jupyterlab-galata", Level: Safe, Package: "jupyterlab", Named: true,
			Files:  []string{"jupyterlab/galata"},
			Reason: "for tests that drive JupyterLab with a browser: they name it in their configuration",
			Saves:  "jupyterlab 4.6.6: 6.1 of 24.5 MB",
			Proof: `
import os, jupyterlab
from jupyterlab.coreconfig import CoreConfig
from jupyterlab.labapp import LabApp
assert CoreConfig().extensions and LabApp.name == "lab"
assert os.path.isfile(os.path.join(os.path.dirname(jupyterlab.__file__), "static", "index.html"))
`,
		},
		{
			Name: "jupyter-source-maps", Level: Safe, Package: "jupyter-server",
			Files:  []string{"jupyter_server/static/style/*.map"},
			Reason: "what a browser's debugger shows instead of the styles",
			Saves:  "jupyter-server 2.21.1: 0.6 of 1.7 MB",
			Proof: `
import os, jupyter_server
from jupyter_server.serverapp import ServerApp
for path in ServerApp().static_file_path:
    assert os.path.isfile(os.path.join(path, "style", "bootstrap.min.css"))
`,
		},
		{
			Name: "django-translation-sources", Level: Safe, Package: "django",
			Files:  []string{"django/**/locale/**/*.po"},
			Reason: "what translators write; Django reads what is compiled from it (.mo), which stays",
			Saves:  "django 6.1.3: 8.8 of 23.3 MB",
			Proof:  djangoProof,
		},
	}
}

const figureProof = `
import plotly.express as px, plotly.graph_objects as go, plotly.io as pio
figure = px.scatter(x=[1, 2], y=[3, 4])
assert go.Figure(figure.to_dict()).to_json() and len(pio.to_html(figure, include_plotlyjs=True)) > 1_000_000
`

const djangoProof = `
import django
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["django.contrib." + n for n in ("admin", "auth", "contenttypes", "sessions", "messages", "humanize")],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}, USE_I18N=True,
)
django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import formats, translation
call_command("migrate", verbosity=0)
User.objects.create_user("a", password="b")
for language, yes in ("de", "Ja"), ("fr", "Oui"), ("pt-br", "Sim"), ("ja", "\u306f\u3044"):
    with translation.override(language):
        assert translation.gettext("yes").lower() == yes.lower() or translation.gettext("Yes") == yes, language
with translation.override("de"):
    assert formats.localize(1.5) == "1,5" and translation.gettext("Add") != "Add"
assert User.objects.get().check_password("b")
`
