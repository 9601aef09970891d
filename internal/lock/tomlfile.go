package lock

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// maxKeys is how many parts a dotted key may have: each of them costs the parser much
// more than a byte, and a file is many bytes.
const maxKeys = 100

// unmarshal reads a file of TOML. The error has the place.
func unmarshal(name string, data []byte, v any) error {
	line := 0
	for text := range bytes.Lines(data) {
		line++
		if bytes.Count(text, []byte(".")) > maxKeys && dots(text) > maxKeys {
			return fmt.Errorf("%s:%d: a key of more than %d parts", name, line, maxKeys)
		}
	}
	if err := toml.Unmarshal(data, v); err != nil {
		return tomlError(name, err)
	}
	return nil
}

// dots is the largest number of dots in a text without something between them that no
// dotted key has. A name with more dots than any has counts too.
func dots(line []byte) int {
	most, n := 0, 0
	for _, c := range line {
		switch c {
		case '.':
			n++
			most = max(most, n)
		case '=', ',', '{', '}', '[', ']', '/', ':':
			n = 0
		}
	}
	return most
}

// tomlError puts the place of a TOML error before it.
func tomlError(name string, err error) error {
	text := strings.TrimPrefix(err.Error(), "toml: ")
	var de *toml.DecodeError
	if errors.As(err, &de) {
		row, column := de.Position()
		return fmt.Errorf("%s:%d:%d: %s", name, row, column, text)
	}
	return fmt.Errorf("%s: %s", name, text)
}
