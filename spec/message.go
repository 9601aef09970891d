package spec

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// quote shows a text of the file in a message, cut to a size that can be read. A
// secret is not shown.
func quote(s string) string {
	const limit = 60
	if knownSecret(s[:min(len(s), 4*limit)]) != "" {
		return `"..."`
	}
	if utf8.RuneCountInString(s) <= limit {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprintf("%q...", string([]rune(s)[:limit]))
}

// rightKey says what a key that is unknown below path could have been: the nearest
// key that is known there, or the place where it is known.
func rightKey(key string, known []field, path string) string {
	if near := nearest(key, keysOf(known)); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	if places := placesOf(key, reflect.TypeFor[Spec](), ""); len(places) > 0 {
		return "there is " + strings.Join(places, " and ")
	}
	if path == "" {
		return "known are " + strings.Join(keysOf(known), ", ")
	}
	return fmt.Sprintf("known in %s are %s", path, strings.Join(keysOf(known), ", "))
}

// placesOf gives the paths at which a key is known.
func placesOf(key string, t reflect.Type, path string) []string {
	var places []string
	for _, f := range fields(t) {
		if f.key == key {
			places = append(places, child(path, f.key))
		}
		sub := t.Field(f.index).Type
		if sub.Kind() == reflect.Pointer {
			sub = sub.Elem()
		}
		if sub.Kind() == reflect.Struct {
			places = slices.Concat(places, placesOf(key, sub, child(path, f.key)))
		}
	}
	return places
}

// nearest gives the word with the fewest edits from wrong, or "" where it takes
// more than a third of the word's letters.
func nearest(wrong string, right []string) string {
	best, least := "", 1+max(1, len(wrong)/3)
	for _, word := range right {
		if diff := len(word) - len(wrong); diff >= least || -diff >= least {
			continue
		}
		if edits := distance(strings.ToLower(wrong), strings.ToLower(word)); edits < least {
			best, least = word, edits
		}
	}
	return best
}

// distance is the number of letters to insert, remove, replace or swap with their
// neighbour to get from a to b.
func distance(a, b string) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
