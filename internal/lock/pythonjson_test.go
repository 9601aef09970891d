package lock

import (
	"math"
	"testing"
)

// The wanted texts are what Python's json.dumps writes.
func TestJSONIsThatOfPython(t *testing.T) {
	t.Parallel()
	value := map[string]any{
		"b": []any{int64(1), true, nil, "x"}, "a": map[string]any{}, "ü": "é\u2028 \U0001F600 \"\\/\n\t\x01\x7f",
	}
	for _, c := range []struct {
		write func(any) (string, bool)
		want  string
	}{
		{pythonJSON, `{"a": {}, "b": [1, true, null, "x"], "\u00fc": "\u00e9\u2028 \ud83d\ude00 \"\\/\n\t\u0001\u007f"}`},
		{compactJSON, `{"a":{},"b":[1,true,null,"x"],"\u00fc":"\u00e9\u2028 \ud83d\ude00 \"\\/\n\t\u0001\u007f"}`},
	} {
		if got, ok := c.write(value); got != c.want || !ok {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
	if got, ok := pythonJSON([]any{map[string]any{"x": math.Pi}}); ok {
		t.Errorf("got %s, which Python may write in another way", got)
	}
}
