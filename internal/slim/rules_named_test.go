//go:build integration

package slim

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// proofs has for each rule for a package what the program that proves it names, and a
// rule that takes more: with that, the program has to fail.
var proofs = map[string]struct {
	named []string
	wider []string
}{
	"numpy-tests":                {wider: []string{"numpy/**/test*"}},
	"pandas-tests":               {wider: []string{"pandas/**/*test*"}},
	"scipy-tests":                {wider: []string{"scipy/**/_test*"}},
	"scikit-learn-tests":         {wider: []string{"sklearn/**/*test*"}},
	"statsmodels-tests":          {wider: []string{"statsmodels/**/tests", "statsmodels/datasets/randhie"}},
	"sympy-tests":                {wider: []string{"sympy/**/test*"}},
	"networkx-tests":             {wider: []string{"networkx/algorithms/planarity.py"}},
	"matplotlib-tests":           {wider: []string{"matplotlib/**/test*"}},
	"matplotlib-sample-data":     {wider: []string{"matplotlib/mpl-data/fonts"}},
	"scikit-image-data":          {wider: []string{"skimage/data"}},
	"pyarrow-tests":              {wider: []string{"pyarrow/libarrow_python*.so.*"}},
	"pyarrow-development":        {wider: []string{"pyarrow/*c*"}},
	"pyarrow-flight":             {wider: []string{"pyarrow/libarrow_*"}},
	"pyarrow-s3":                 {wider: []string{"pyarrow/_*fs.*"}},
	"onnxruntime-library":        {wider: []string{"onnxruntime/capi/*.so*"}},
	"onnxruntime-tools":          {wider: []string{"onnxruntime/capi/*.py"}},
	"pydeck-source-map":          {wider: []string{"pydeck/nbextension/static"}},
	"streamlit-skills":           {wider: []string{"streamlit/static"}},
	"plotly-extension":           {wider: []string{"plotly/package_data"}},
	"plotly-widget":              {wider: []string{"plotly/package_data/*"}},
	"bokeh-development":          {wider: []string{"bokeh/server/static/js"}},
	"jupyterlab-galata":          {wider: []string{"jupyterlab/galata", "jupyterlab/staging"}},
	"jupyter-source-maps":        {wider: []string{"jupyter_server/static/style/*"}},
	"django-translation-sources": {wider: []string{"django/**/locale/**/*o"}},
	"botocore-examples":          {wider: []string{"botocore/data/*/*/*-1.json*"}},
	"botocore-services":          {named: []string{"botocore/data/s3"}, wider: []string{"botocore/data/s*"}},
	"boto3-resources":            {named: []string{"boto3/data/s3"}, wider: []string{"boto3/data"}},
	"google-api-documents": {
		named: []string{"googleapiclient/discovery_cache/documents/drive.v3.json"},
		wider: []string{"googleapiclient/discovery_cache/documents"},
	},
	"kubernetes-aio":      {wider: []string{"kubernetes/*/watch", "kubernetes/watch"}},
	"babel-languages":     {wider: []string{"babel/locale-data/p*", "babel/locale-data/n*"}},
	"django-languages":    {wider: []string{"django/conf/locale/*"}},
	"pycountry-languages": {wider: []string{"pycountry/locales"}},
	"faker-languages":     {wider: []string{"faker/providers/*/*_*"}},
	"phonenumbers-places": {wider: []string{"phonenumbers/*data"}},
	"jedi-stubs":          {wider: []string{"jedi/third_party/typeshed"}},
	"debugpy-windows":     {wider: []string{"debugpy/_vendored"}},
	"selenium-other-systems": {
		wider: []string{"selenium/webdriver/common/macos", "selenium/webdriver/common/linux*"},
	},
}

// unproved are the rules whose packages are not at hand for this machine, and why.
var unproved = map[string]string{
	"torch-programs":    noTorch,
	"torch-development": noTorch,
}

const noTorch = "the packages for x86-64 need CUDA, which is some gigabytes more"

// slimmer applies rules, without a search other than what is given.
func slimmer(t *testing.T, named []string, rules ...Rule) *Slimmer {
	t.Helper()
	s, err := newSlimmer(rules, Options{Level: Max, Named: append([]string{}, named...)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// site makes a folder of packages in which some are without what a Slimmer takes; the
// others are links. It fails where one of the rules takes nothing.
func site(t *testing.T, s *Slimmer, rules ...Rule) string {
	t.Helper()
	from, to := installed(t), scratch(t)
	entries, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	taken := map[string]int64{}
	for _, e := range entries {
		old, name := filepath.Join(from, e.Name()), filepath.Join(to, e.Name())
		if !touches(rules, e.Name()) {
			if err := os.Symlink(old, name); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if _, err := link(old, name, func(inside string, size int64) bool {
			rule, isGone := s.removesOfAny(e.Name() + "/" + inside)
			taken[rule] += size
			return isGone
		}); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range rules {
		if t.Logf("%s: %.2f MB", r.Name, float64(taken[r.Name])/1e6); taken[r.Name] == 0 && unproved[r.Name] == "" {
			t.Errorf("%s takes nothing", r.Name)
		}
	}
	return to
}

// removesOfAny reports whether a file is left out, whichever package it is of.
func (s *Slimmer) removesOfAny(name string) (rule string, ok bool) {
	for pkg := range s.own {
		if rule, ok := s.Removes(pkg, name); ok {
			return rule, true
		}
	}
	return "", false
}

// touches reports whether one of the rules may take something below a folder.
func touches(rules []Rule, folder string) bool {
	return slices.ContainsFunc(rules, func(r Rule) bool {
		return slices.ContainsFunc(r.Files, func(g string) bool { return strings.HasPrefix(g, folder+"/") })
	})
}

func TestPackagesWorkWithoutWhatTheirRulesTake(t *testing.T) {
	t.Parallel()
	var named []string
	for _, p := range proofs {
		named = append(named, p.named...)
	}
	rules := namedRules()
	dir := site(t, slimmer(t, named, rules...), rules...)
	for _, rule := range rules {
		t.Run(rule.Name, func(t *testing.T) {
			t.Parallel()
			if why, ok := unproved[rule.Name]; ok {
				t.Skip(why)
			}
			if err := prove(t, python(t, embedded), dir, rule.Proof); err != nil {
				t.Error(err)
			}
		})
	}
}

// A rule that takes more has to be found out.
func TestProofsFailWhenARuleTakesMore(t *testing.T) {
	t.Parallel()
	for _, rule := range namedRules() {
		t.Run(rule.Name, func(t *testing.T) {
			t.Parallel()
			if why, ok := unproved[rule.Name]; ok {
				t.Skip(why)
			}
			wider := rule
			wider.Files, wider.Except, wider.Named = proofs[rule.Name].wider, nil, false
			if err := prove(t, python(t, embedded), site(t, slimmer(t, nil, wider), wider), rule.Proof); err == nil {
				t.Errorf("the proof passes without %v", wider.Files)
			}
		})
	}
}
