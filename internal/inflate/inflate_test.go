package inflate_test

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/keelback/keelback/internal/inflate"
)

// data are texts that are packed in different ways.
func data() map[string][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 700_000)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	words := make([]byte, 0, 900_000)
	for len(words) < 900_000 {
		words = append(words, fmt.Sprintf("%d words of %x, ", r.IntN(1000), noise[r.IntN(1000):][:r.IntN(40)])...)
	}
	skewed := make([]byte, 0, 600_000)
	for len(skewed) < 600_000 {
		skewed = append(skewed, byte(r.ExpFloat64()*6))
	}
	far := append(bytes.Clone(noise[:32<<10]), noise[:32<<10]...)
	return map[string][]byte{
		"nothing": nil, "one byte": []byte("x"), "words": words, "noise": noise, "long codes": skewed, "far matches": far,
		"zeros": make([]byte, 1<<20), "short distances": bytes.Repeat([]byte("abc"), 100_000), "mixed": append(append(noise[:100_000:100_000], words...), noise...),
	}
}

func pack(t testing.TB, text []byte, level int) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, level)
	if err == nil {
		_, err = w.Write(text)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// all inflates with d, and tells how many bytes were left over.
func all(d *inflate.Decoder, src io.Reader) (out []byte, rest int, err error) {
	d.Reset(src)
	for {
		b, err := d.Next()
		if errors.Is(err, io.EOF) {
			return out, d.Rest(), nil
		}
		if err != nil {
			return out, 0, err
		}
		out = append(out, b...)
	}
}

func TestDecoderGivesWhatWasPacked(t *testing.T) {
	t.Parallel()
	d := inflate.NewDecoder()
	for name, text := range data() {
		for _, level := range []int{flate.HuffmanOnly, flate.NoCompression, flate.BestSpeed, flate.DefaultCompression, flate.BestCompression} {
			packed := pack(t, text, level)
			for from, src := range map[string]io.Reader{
				"at once": bytes.NewReader(packed), "with its end": iotest.DataErrReader(bytes.NewReader(packed)),
				"byte by byte": iotest.OneByteReader(bytes.NewReader(packed)),
			} {
				got, rest, err := all(d, src)
				if err != nil || rest != 0 || !bytes.Equal(got, text) {
					t.Errorf("%s, level %d, %s: %d of %d bytes, %d left, %v", name, level, from, len(got), len(text), rest, err)
				}
			}
		}
	}
}

func TestDecoderTellsWhatIsLeft(t *testing.T) {
	t.Parallel()
	for name, text := range data() {
		packed := append(pack(t, text, 6), "rest"...)
		if _, rest, err := all(inflate.NewDecoder(), bytes.NewReader(packed)); err != nil || rest != 4 {
			t.Errorf("%s: %d bytes are left, %v", name, rest, err)
		}
	}
}

func TestDataThatAreCutOff(t *testing.T) {
	t.Parallel()
	d := inflate.NewDecoder()
	packed := pack(t, []byte(strings.Repeat("some text, and some more of it", 30)+fmt.Sprint(rand.New(rand.NewPCG(1, 1)).Perm(300))), 6)
	for n := range packed {
		if _, _, err := all(d, bytes.NewReader(packed[:n])); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%d of %d bytes: %v", n, len(packed), err)
		}
	}
}

func TestErrorsOfTheSourceAreReturned(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	if _, _, err := all(inflate.NewDecoder(), io.MultiReader(bytes.NewReader([]byte{5}), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

// FuzzDecoder compares the decoder with compress/flate: what it gives, which input
// it takes, and how much of it.
func FuzzDecoder(f *testing.F) {
	for _, text := range data() {
		f.Add(pack(f, text[:min(len(text), 2000)], 6), uint8(0))
		f.Add(pack(f, text[:min(len(text), 300)], flate.HuffmanOnly), uint8(1))
	}
	f.Add([]byte{3, 0}, uint8(1))
	f.Fuzz(func(t *testing.T, packed []byte, how uint8) {
		src := bytes.NewReader(packed)
		want, wantErr := io.ReadAll(io.LimitReader(flate.NewReader(src), 1<<22))
		if len(want) == 1<<22 {
			return
		}
		var in io.Reader = bytes.NewReader(packed)
		if how%2 == 1 {
			in = iotest.HalfReader(in)
		}
		counted := &counter{r: in}
		got, rest, err := all(inflate.NewDecoder(), counted)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%v, compress/flate has %v", err, wantErr)
		}
		if err != nil {
			return
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("-flate +got:\n%s", diff)
		}
		if left := len(packed) - counted.n + rest; left != src.Len() {
			t.Errorf("%d bytes are left, compress/flate leaves %d", left, src.Len())
		}
	})
}

type counter struct {
	r io.Reader
	n int
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += n
	return n, err
}

func BenchmarkDecoder(b *testing.B) {
	text := data()["words"]
	packed := pack(b, text, 6)
	b.Run("inflate", func(b *testing.B) {
		d := inflate.NewDecoder()
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			if _, _, err := all(d, bytes.NewReader(packed)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("compress/flate", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			if _, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed))); err != nil {
				b.Fatal(err)
			}
		}
	})
}
