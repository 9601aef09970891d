package lab

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	cryptorand "crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// mirrorHosts makes the registry stand for all others in the engine, which knows
// mirrors of docker.io only: to it their names are an address of loopback, which
// leads to the registry.
func (l *Lab) mirrorHosts(root string) error {
	hosts := "127.0.0.1 localhost\n"
	if !l.opt.Public {
		ip := fmt.Sprintf("127.%d.%d.%d", 64+rand.IntN(128), rand.IntN(256), 1+rand.IntN(254))
		if err := l.proxy(ip); err != nil {
			return err
		}
		hosts += ip + " " + strings.Join(mirrored, " ") + "\n"
	}
	return os.WriteFile(filepath.Join(root, "etc/hosts"), []byte(hosts), 0o644)
}

// proxy serves the registry by HTTPS at an address.
func (l *Lab) proxy(ip string) error {
	certificate, err := selfSigned()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", ip+":443")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: l.Registry})}
	go server.Serve(tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}}))
	l.stops = append(l.stops, func() { server.Close() })
	return nil
}

// selfSigned makes a certificate that nobody trusts: the engine is told not to ask.
func selfSigned() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), cryptorand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: mirrored, NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(cryptorand.Reader, template, template, &key.PublicKey, key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}
