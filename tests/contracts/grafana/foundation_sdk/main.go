// Reads dashboards, alert rules and contact points strictly: an unknown field, a missing one, or one of another type is told. Given a kind and files, it prints a list of problems for each, as JSON on a line of its own.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/alerting"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

type schema interface {
	UnmarshalJSONStrict(text []byte) error
	Validate() error
}

var kinds = map[string]func() schema{
	"dashboard": func() schema { return &dashboard.Dashboard{} },
	"rule":      func() schema { return &alerting.Rule{} },
	"contact":   func() schema { return &alerting.ContactPoint{} },
}

func main() {
	plugins.RegisterDefaultPlugins()
	kind := kinds[os.Args[1]]
	for _, file := range os.Args[2:] {
		text, err := os.ReadFile(file)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		line, _ := json.Marshal(problems(kind(), text))
		fmt.Println(string(line))
	}
}

func problems(read schema, text []byte) []string {
	if found := lines(read.UnmarshalJSONStrict(text)); len(found) > 0 {
		return found
	}
	return lines(read.Validate())
}

// A list of errors without any is an error whose text is empty.
func lines(err error) []string {
	if err == nil || err.Error() == "" {
		return []string{}
	}
	return strings.Split(err.Error(), "\n")
}
