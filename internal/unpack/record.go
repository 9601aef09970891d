package unpack

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/csv"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strconv"
	"strings"
)

// digest is the hash of a file as a RECORD has it: "sha256=", and the sum in
// unpadded base64 for URLs. The empty one is of a file that needs none.
type digest string

// sumOf is the digest of data.
func sumOf(data []byte) digest {
	sum := sha256.Sum256(data)
	return encode("sha256", sum[:])
}

func encode(algorithm string, sum []byte) digest {
	return digest(algorithm + "=" + base64.RawURLEncoding.EncodeToString(sum))
}

func (d digest) algorithm() string {
	name, _, _ := strings.Cut(string(d), "=")
	return name
}

// hash makes what the digest is computed with.
func (d digest) hash() hash.Hash {
	switch d.algorithm() {
	case "sha384":
		return sha512.New384()
	case "sha512":
		return sha512.New()
	}
	return sha256.New()
}

// check compares the digest with what was computed.
func (d digest) check(sum hash.Hash) error {
	if got := encode(d.algorithm(), sum.Sum(nil)); d != "" && d != got {
		return fmt.Errorf("not what RECORD says: %s, RECORD has %s", got, d)
	}
	return nil
}

// recordLine is what a RECORD says about a file.
type recordLine struct {
	digest digest
	size   int64 // -1: not said
}

// parseRecord reads a RECORD, by path. It takes the hashes that the specification
// takes: sha256 and better ones.
func parseRecord(text []byte) (map[string]recordLine, error) {
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	out := map[string]recordLine{}
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		line, err := parseRecordLine(fields)
		if err != nil {
			n, _ := r.FieldPos(0)
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		name := strings.Clone(fields[0])
		if old, ok := out[name]; ok && old != line {
			return nil, fmt.Errorf("%s: listed twice, with different hashes", show(name))
		}
		if len(out) == maxMembers {
			return nil, fmt.Errorf("more than %d files", maxMembers)
		}
		out[name] = line
	}
}

func parseRecordLine(fields []string) (recordLine, error) {
	line := recordLine{size: -1}
	if len(fields) != 3 || fields[0] == "" {
		return line, errors.New("not PATH,HASH,SIZE")
	}
	if fields[2] != "" {
		n, err := strconv.ParseInt(fields[2], 10, 64)
		if err != nil || n < 0 {
			return line, fmt.Errorf("%s: size %q is not a number", show(fields[0]), fields[2])
		}
		line.size = n
	}
	if fields[1] == "" {
		return line, nil
	}
	algorithm, sum, _ := strings.Cut(fields[1], "=")
	line.digest = digest(algorithm + "=" + strings.TrimRight(sum, "="))
	want, ok := map[string]int{"sha256": sha256.Size, "sha384": sha512.Size384, "sha512": sha512.Size}[algorithm]
	if !ok {
		return line, fmt.Errorf("%s: hash %q (sha256, sha384, sha512 work)", show(fields[0]), algorithm)
	}
	_, sum, _ = strings.Cut(string(line.digest), "=")
	if b, err := base64.RawURLEncoding.Strict().DecodeString(sum); err != nil || len(b) != want {
		return line, fmt.Errorf("%s: %q is not a %s hash", show(fields[0]), sum, algorithm)
	}
	return line, nil
}

// recordText is the RECORD of an installed package: its files by path from the
// directory of packages, sorted, and itself without a hash.
func recordText(lines map[string]recordLine, self string) ([]byte, error) {
	var rows [][]string
	for name, line := range lines {
		rows = append(rows, []string{name, string(line.digest), strconv.FormatInt(line.size, 10)})
	}
	rows = append(rows, []string{self, "", ""})
	slices.SortFunc(rows, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	err := w.WriteAll(rows)
	return out.Bytes(), err
}
