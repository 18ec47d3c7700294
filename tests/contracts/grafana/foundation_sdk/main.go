// Reads dashboards strictly: an unknown field, a missing one, or one of another type is told.
// Given files, it prints a list of problems for each, as JSON on a line of its own.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func main() {
	plugins.RegisterDefaultPlugins()
	for _, file := range os.Args[1:] {
		text, err := os.ReadFile(file)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		line, _ := json.Marshal(problems(text))
		fmt.Println(string(line))
	}
}

func problems(text []byte) []string {
	read := dashboard.Dashboard{}
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
