package spec

// Base is the family of a runtime.
type Base string

const (
	// Alpine is Alpine Linux: musl, busybox, apk.
	Alpine Base = "alpine"

	// Distroless is Debian without a shell or a package manager: glibc.
	Distroless Base = "distroless"
)

// Bases are all values of [Base].
func Bases() []Base { return []Base{Alpine, Distroless} }
