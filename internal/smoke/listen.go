//go:build linux

package smoke

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// reachable reports whether something answers on a port of 127.0.0.1, where health
// checks look. Package net would make this program 0.4 MB bigger.
func reachable(port int) bool {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer unix.Close(s)
	// A full queue is no answer: it is asked again.
	if err := unix.SetsockoptTimeval(s, unix.SOL_SOCKET, unix.SO_SNDTIMEO, &unix.Timeval{Sec: 1}); err != nil {
		return false
	}
	return unix.Connect(s, &unix.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}}) == nil
}

// listened are the addresses that are listened on, sorted by port.
func listened() []netip.AddrPort {
	var out []netip.AddrPort
	for _, file := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		out = append(out, parseListen(string(text))...)
	}
	slices.SortFunc(out, func(a, b netip.AddrPort) int {
		if a.Port() != b.Port() {
			return int(a.Port()) - int(b.Port())
		}
		return a.Compare(b)
	})
	return slices.Compact(out)
}

// parseListen reads /proc/net/tcp or tcp6: a line per socket, with the local address
// as words in the order of the machine's bytes; state 0A is LISTEN.
func parseListen(text string) []netip.AddrPort {
	var out []netip.AddrPort
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) < 4 || fields[3] != "0A" {
			continue
		}
		address, port, _ := strings.Cut(fields[1], ":")
		ip, err := hex.DecodeString(address)
		n, errPort := strconv.ParseUint(port, 16, 16)
		if err != nil || errPort != nil || len(ip)%4 != 0 {
			continue
		}
		for i := 0; i < len(ip); i += 4 {
			binary.BigEndian.PutUint32(ip[i:], binary.NativeEndian.Uint32(ip[i:]))
		}
		if a, ok := netip.AddrFromSlice(ip); ok {
			out = append(out, netip.AddrPortFrom(a, uint16(n)))
		}
	}
	return out
}

// whereListens says in words where the service listens.
func whereListens(list []netip.AddrPort) string {
	if len(list) == 0 {
		return "it listens on no port"
	}
	var words []string
	for _, a := range list {
		words = append(words, a.String())
	}
	return "it listens on " + strings.Join(words, ", ")
}
