package main

import (
	"os"
	"strings"
	"testing"

	"github.com/keelback/keelback/internal/golden"
)

// TestTables shows what is written of a report: the page, and the chart.
func TestTables(t *testing.T) {
	t.Parallel()
	golden.File(t, "testdata/tables.golden", []byte(tables(sample())+"\n"))
	golden.File(t, "testdata/chart.golden", chart(sample().Results))
}

// TestFailedVariantHasNoRow leaves out what was not measured to the end.
func TestFailedVariantHasNoRow(t *testing.T) {
	t.Parallel()
	rep := sample()
	rep.Results[1].Rounds = nil
	if text := tables(rep); strings.Contains(text, byHand) {
		t.Errorf("there is a row of %s in\n%s", byHand, text)
	}
}

// TestPageNamesItsDockerfiles keeps the page from telling of files that are not there.
func TestPageNamesItsDockerfiles(t *testing.T) {
	t.Parallel()
	for _, v := range variants() {
		if v.ours() {
			continue
		}
		if _, err := os.Stat("testdata/" + v.file); err != nil {
			t.Error(err)
		}
	}
	if page := documentation(sample()); !strings.Contains(page, "Medians of 1 starts and 1 builds on a machine with 2 processors") {
		t.Errorf("the page does not say how often and where:\n%s", page)
	}
}
