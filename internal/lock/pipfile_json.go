package lock

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// pipfileLock is Pipfile.lock, in its order.
type pipfileLock struct {
	meta     pipfileMeta
	sources  any // of meta, as they are written
	packages []pipfilePackage
}

// pipfilePackage is a package of a category, with its place.
type pipfilePackage struct {
	category, name string
	line           int
	pipfileEntry
}

// pipfileParser reads one token after the other, because a decoder of whole values
// does not tell lines.
type pipfileParser struct {
	data    []byte
	decoder *json.Decoder
	lock    pipfileLock
}

func parsePipfile(data []byte) (*pipfileLock, error) {
	p := &pipfileParser{data: data, decoder: json.NewDecoder(bytes.NewReader(data))}
	err := p.object(func(category string) error {
		if category == "_meta" {
			return p.meta()
		}
		return p.object(func(name string) error {
			pkg := pipfilePackage{category: category, name: name, line: p.line()}
			if err := p.decoder.Decode(&pkg.pipfileEntry); err != nil {
				return err
			}
			p.lock.packages = append(p.lock.packages, pkg)
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("line %d: %w", p.line(), err)
	}
	return &p.lock, nil
}

// object reads an object, whose values are read by the function.
func (p *pipfileParser) object(value func(key string) error) error {
	if t, err := p.decoder.Token(); err != nil {
		return err
	} else if t != json.Delim('{') {
		return fmt.Errorf("%v where an object should be", t)
	}
	for p.decoder.More() {
		t, err := p.decoder.Token()
		if err != nil {
			return err
		}
		key, _ := t.(string)
		if err := value(key); err != nil {
			return err
		}
	}
	_, err := p.decoder.Token()
	return err
}

func (p *pipfileParser) meta() error {
	var raw json.RawMessage
	if err := p.decoder.Decode(&raw); err != nil {
		return err
	}
	var loose struct{ Sources any }
	if err := json.Unmarshal(raw, &loose); err != nil {
		return err
	}
	p.lock.sources = loose.Sources
	return json.Unmarshal(raw, &p.lock.meta)
}

// line is the one that was read last, from 1.
func (p *pipfileParser) line() int {
	return 1 + bytes.Count(p.data[:p.decoder.InputOffset()], []byte("\n"))
}
