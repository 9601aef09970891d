package spec

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Texts that YAML, in its version 1.1 or 1.2, takes for something else. Programs
// differ in which of them they do, so a spec has them in quotes.
var (
	oldBool        = regexp.MustCompile(`^(y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF)$`)
	oldSexagesimal = regexp.MustCompile(`^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$`)
	oldOctal       = regexp.MustCompile(`^[-+]?0[0-7_]+$`)
	decimal        = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)
)

// scalar fills a text, number, bool or duration.
func (d *decoder) scalar(n *yaml.Node, v reflect.Value, f field, path string) {
	if !d.isKind(n, yaml.ScalarNode, v.Type(), f, path) {
		return
	}
	switch {
	case v.Type() == durationType:
		d.duration(n, v, f, path)
	case v.Type() == sizeType:
		d.size(n, v, f, path)
	case v.Kind() == reflect.Int:
		d.number(n, v, f, path)
	case v.Kind() == reflect.Bool:
		d.boolean(n, v, path)
	default:
		d.text(n, v, f, path)
	}
}

func (d *decoder) text(n *yaml.Node, v reflect.Value, f field, path string) {
	kind := meaning(n)
	if v.Type() == gateType && oldBool.MatchString(n.Value) {
		kind = "" // on and off are words here
	}
	switch {
	case kind == "" && n.Value == "" && f.example != "":
		d.addf(path, "the text is empty (want %s)", want(v.Type(), f))
	case kind == "":
		v.SetString(n.Value)
	case f.example != "" && !strings.HasPrefix(f.example, `"`):
		d.addf(path, "%s is %s in YAML (want %s)", shown(n, path), kind, want(v.Type(), f))
	case mayBeSecret(path):
		d.addf(path, "this is %s in YAML (write it in quotes)", kind)
	default:
		d.addf(path, "%s is %s in YAML%s (write it in quotes: %s)", shown(n, path), kind, meant(n), strconv.Quote(n.Value))
	}
}

// meaning says what a plain scalar is for YAML when it is not text.
func meaning(n *yaml.Node) string {
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return ""
	}
	switch {
	case n.Tag == "!!bool", oldBool.MatchString(n.Value):
		return "a boolean"
	case oldSexagesimal.MatchString(n.Value):
		return "a number to the base 60"
	case n.Tag == "!!int" && oldOctal.MatchString(n.Value):
		return "an octal number"
	case n.Tag == "!!int", n.Tag == "!!float":
		return "a number"
	case n.Tag == "!!timestamp":
		return "a date"
	default:
		return ""
	}
}

// meant adds the number that YAML reads where it is not the one that was written:
// the 3.1 of a bare 3.10.
func meant(n *yaml.Node) string {
	var number float64
	if (n.Tag != "!!float" && n.Tag != "!!int") || n.Decode(&number) != nil {
		return ""
	}
	if s := strconv.FormatFloat(number, 'f', -1, 64); s != n.Value {
		return " and means " + s
	}
	return ""
}

func (d *decoder) number(n *yaml.Node, v reflect.Value, f field, path string) {
	number, err := strconv.Atoi(n.Value)
	switch {
	case !decimal.MatchString(n.Value) || err != nil:
		d.addf(path, "%s is %s (want %s)", shown(n, path), kindOf(n), want(v.Type(), f))
	case meaning(n) == "" && n.Tag != "":
		d.addf(path, "%s is text (write the number without quotes: %s)", quote(n.Value), n.Value)
	case number == 0 && f.zero != "":
		d.addf(path, "%s (%d to %d)", f.zero, f.lowest, f.highest)
	case number < f.lowest || number > f.highest:
		d.addf(path, "%d is out of range (%d to %d)", number, f.lowest, f.highest)
	default:
		v.SetInt(int64(number))
	}
}

func (d *decoder) size(n *yaml.Node, v reflect.Value, f field, path string) {
	if kind := meaning(n); kind != "" {
		d.addf(path, "%s is %s without a unit (want %s)", shown(n, path), kind, want(v.Type(), f))
		return
	}
	size, err := ParseSize(n.Value)
	if err != nil {
		d.addf(path, "%w", err)
		return
	}
	v.SetInt(int64(size))
}

func (d *decoder) boolean(n *yaml.Node, v reflect.Value, path string) {
	if n.Tag != "!!bool" && n.Tag != "" { // a default has no tag
		d.addf(path, "%s is %s (want true or false)", shown(n, path), kindOf(n))
		return
	}
	v.SetBool(strings.EqualFold(n.Value, "true"))
}

func (d *decoder) duration(n *yaml.Node, v reflect.Value, f field, path string) {
	if kind := meaning(n); kind != "" {
		d.addf(path, "%s is %s without a unit (want %s)", shown(n, path), kind, want(v.Type(), f))
		return
	}
	duration, err := ParseDuration(n.Value)
	if err != nil {
		d.addf(path, "%w", err)
		return
	}
	v.SetInt(int64(duration))
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// kindOf says what a value is, in words.
func kindOf(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case meaning(n) != "":
		return meaning(n)
	default:
		return "text"
	}
}

// want says what a value should be, with an example.
func want(t reflect.Type, f field) string {
	short := false
	if t.Kind() == reflect.Struct {
		_, short = shortForm(fields(t))
	}
	such := f.such()
	switch {
	case short:
		return "text or a mapping" + such
	case t == durationType:
		return "a duration with its unit" + such
	case t == sizeType:
		return "a size with its unit" + such
	case t.Kind() == reflect.Slice:
		return "a list" + such
	case t.Kind() == reflect.Int:
		return "a whole number in plain digits" + such
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.String:
		return "text" + such
	default:
		return "a mapping" + such
	}
}

// shown is a value as it appears in a message.
func shown(n *yaml.Node, path string) string {
	switch {
	case n.Kind == yaml.MappingNode, n.Kind == yaml.SequenceNode, mayBeSecret(path):
		return "this"
	case meaning(n) != "":
		return fmt.Sprintf("%.60s", n.Value)
	default:
		return quote(n.Value)
	}
}
