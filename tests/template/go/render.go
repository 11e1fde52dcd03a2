// SPDX-License-Identifier: Apache-2.0

// Renders what go_diff.py gives it with Go's own template packages: the oracle of tests/template/render.c.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	html "html/template"
	"os"
	"regexp"
	"strings"
	text "text/template"
)

type test struct {
	Mode, Functions, Text string
	Data                  any
}

// What queries of rules give; called as Prometheus' own types are.
type sample struct {
	Labels map[string]string
	Value  float64
}
type queryResult []*sample

var upstreamTypes = strings.NewReplacer("main.sample", "template.sample", "main.queryResult", "template.queryResult")

func query(expr string) queryResult {
	if expr != "up" {
		return queryResult{}
	}
	return queryResult{{map[string]string{"__name__": "up", "a": "b&c"}, 1}, {map[string]string{"__name__": "up"}, 0.5}}
}

// What Prometheus parses before the text of a rule, and of a console.
var prefixes = map[string]string{
	"text": "{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}{{$value := .Value}}",
	"html": "{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}{{$rawParams := .RawParams }}{{$params := .Params}}{{$path := .Path}}",
}

type result struct {
	Ok  bool   `json:"ok"`
	Out string `json:"out"`
}

// Whole JSON numbers are int, the others float64.
func typed(value any) any {
	switch v := value.(type) {
	case json.Number:
		if !strings.ContainsAny(string(v), ".eE") {
			n, _ := v.Int64()
			return int(n)
		}
		f, _ := v.Float64()
		return f
	case []any:
		for i := range v {
			v[i] = typed(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = typed(v[k])
		}
	}
	return value
}

var functions = map[string]any{
	"toUpper":      strings.ToUpper,
	"toLower":      strings.ToLower,
	"trimSpace":    strings.TrimSpace,
	"join":         func(sep string, list []string) string { return strings.Join(list, sep) },
	"match":        regexp.MatchString,
	"reReplaceAll": func(p, r, s string) string { return regexp.MustCompile(p).ReplaceAllString(s, r) },
	"stringSlice":  func(list ...string) []string { return list },
	"safeHtml":     func(s string) html.HTML { return html.HTML(s) },
	"safeUrl":      func(s string) html.URL { return html.URL(s) },
	"base64encode": func(s string) string { return base64.URLEncoding.EncodeToString([]byte(s)) },
	"toJson": func(v any) (string, error) {
		b, err := json.Marshal(v)
		return string(b), err
	},
	"list": func(list ...any) []any {
		if list == nil {
			return []any{}
		}
		return list
	},
	"append": func(list []any, more ...any) []any { return append(list, more...) },
	"query": query,
	"first": func(v queryResult) (*sample, error) {
		if len(v) > 0 {
			return v[0], nil
		}
		return nil, fmt.Errorf("first() called on vector with no elements")
	},
	"label":  func(name string, s *sample) string { return s.Labels[name] },
	"value":  func(s *sample) float64 { return s.Value },
	"dict": func(values ...any) (map[string]any, error) {
		if len(values)%2 != 0 {
			return nil, fmt.Errorf("dict requires an even number of arguments")
		}
		m := map[string]any{}
		for i := 0; i < len(values); i += 2 {
			key, ok := values[i].(string)
			if !ok {
				return nil, fmt.Errorf("dict keys must be strings")
			}
			m[key] = values[i+1]
		}
		return m, nil
	},
}

func render(t test) (string, error) {
	var out bytes.Buffer
	if t.Functions == "rule" {
		t.Text = prefixes[t.Mode] + t.Text
	}
	if t.Mode == "html" {
		tmpl, err := html.New("").Option("missingkey=zero").Funcs(functions).Parse(t.Text)
		if err == nil {
			err = tmpl.Execute(&out, typed(t.Data))
		}
		return out.String(), err
	}
	tmpl, err := text.New("").Option("missingkey=zero").Funcs(functions).Parse(t.Text)
	if err == nil {
		err = tmpl.Execute(&out, typed(t.Data))
	}
	return out.String(), err
}

func main() {
	var tests []test
	decoder := json.NewDecoder(os.Stdin)
	decoder.UseNumber()
	if err := decoder.Decode(&tests); err != nil {
		panic(err)
	}
	results := make([]result, len(tests))
	for i, t := range tests {
		out, err := render(t)
		if err != nil {
			out = err.Error()
		}
		results[i] = result{err == nil, upstreamTypes.Replace(out)}
	}
	json.NewEncoder(os.Stdout).Encode(results)
}
