// Command keelback-frontend is the program of the frontend image: BuildKit runs it
// for a spec whose first line is `# syntax=docker.io/keelback/keelback:1`, and
// speaks the gateway protocol with it over stdin and stdout.
package main

import (
	"fmt"
	"os"

	"github.com/moby/buildkit/frontend/gateway/grpcclient"
	"github.com/moby/buildkit/util/appcontext"

	"github.com/keelback/keelback/frontend"
)

func main() {
	if err := grpcclient.RunFromEnvironment(appcontext.Context(), frontend.Build); err != nil {
		fmt.Fprintf(os.Stderr, "keelback-frontend: %v\n", err)
		os.Exit(1)
	}
}
