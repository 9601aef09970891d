package main

import (
	"net/url"
	"strings"
)

// useDatasette asks for what plug-ins add: they are found by their entry points, and
// bring templates, static files and functions of SQL.
func useDatasette(v *visit) {
	plugins := v.same("/-/plugins.json?all=1")
	for _, name := range []string{
		"datasette-cluster-map", "datasette-jellyfish", "datasette-leaflet", "datasette-render-markdown", "datasette-vega", "datasette.facets",
	} {
		if !strings.Contains(plugins, `"`+name+`"`) {
			v.fail("plug-in %s is not there", name)
		}
	}
	v.get("/", "Harbours", "<em>Where ships go</em>", "Powered by")
	v.same("/-/static/app.css")
	v.same("/-/static-plugins/datasette_cluster_map/datasette-cluster-map.js")
	v.same("/-/static-plugins/datasette_leaflet/leaflet-v1.7.1.js")
	query := func(sql, ending string) string {
		return "/_memory" + ending + "?" + url.Values{"sql": {sql}, "_shape": {"array"}}.Encode()
	}
	const harbours = "select 'Kiel' as name, 54.3 as latitude, 10.1 as longitude, '**deep**' as note"
	v.get(query(harbours, ""), "datasette-cluster-map.js", "datasette_vega/main.", "<strong>deep</strong>", "sql-formatter")
	v.same(query(harbours, ".json"), `"latitude": 54.3`)
	v.same(query(harbours, ".csv"), "Kiel,54.3,10.1")
	v.same(query("select levenshtein_distance('Kiel', 'Kiehl') as d, soundex('Kiel') as s, metaphone('Rostock') as m", ".json"), `"d": 1`)
	v.same(query("select json_extract('[1, 2]', '$[1]') as j, sqrt(16) as r", ".json"), `"j": 2`)
	v.get("/-/versions.json", `"fts_versions"`, "FTS5")
	v.get("/-/actor.json", `"actor"`)
}
