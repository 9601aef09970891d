package spec

import (
	"errors"
	"testing"
)

// TestSecretsAreMasked shows what of a spec may be shown around its errors.
func TestSecretsAreMasked(t *testing.T) {
	t.Parallel()
	text := "name: shop\ncommand: [shop]\nports: [0]\nenv: {DB_PASSWORD: hunter2, LEVEL: info}\nlabels: {key: AKIAIOSFODNN7EXAMPLE}\n"
	want := "name: shop\ncommand: [shop]\nports: [0]\nenv: {DB_PASSWORD: *******, LEVEL: info}\nlabels: {key: ********************}\n"
	_, err := Parse("keelback.yaml", []byte(text), nil)
	var errs Errors
	if !errors.As(err, &errs) {
		t.Fatalf("got %v", err)
	}
	if got := string(errs.Mask([]byte(text))); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
