/**
 * The definitions that all kinds of notifications share unless the user's files say otherwise; each
 * kind adds its own. Names and meaning are Alertmanager's, so that a template file written for it
 * finds what it calls.
 */
export const SHARED_TEMPLATES = `
{{ define "__product" }}Weir{{ end }}

{{ define "__alertmanagerURL" }}{{ .ExternalURL }}/#/alerts?receiver={{ .Receiver | urlquery }}{{ end }}

{{ define "__status" }}{{ .Status | toUpper }}{{ if eq .Status "firing" }}:{{ len .Alerts.Firing }}{{ end }}{{ end }}

{{ define "__others" -}}
  {{ $rest := .CommonLabels.Remove .GroupLabels.Names -}}
  {{ if gt (len .CommonLabels) (len .GroupLabels) }}({{ join " " $rest.Values }}){{ end -}}
{{ end }}

{{ define "__subject" }}[{{ template "__status" . }}] {{ join " " .GroupLabels.SortedPairs.Values }} {{ template "__others" . }}{{ end }}

{{ define "__text_alert_list" -}}
  {{ range . }}Labels:
{{ range .Labels.SortedPairs }} - {{ .Name }} = {{ .Value }}
{{ end }}Annotations:
{{ range .Annotations.SortedPairs }} - {{ .Name }} = {{ .Value }}
{{ end }}Source: {{ .GeneratorURL }}
{{ end }}
{{- end }}

{{ define "__alertmanager" }}{{ template "__product" . }}{{ end }}
{{ define "__description" }}{{ end }}

{{ define "__text_alert_list_markdown" }}{{ range . }}
Labels:
{{ template "__markdown_pairs" .Labels.SortedPairs }}
Annotations:
{{ template "__markdown_pairs" .Annotations.SortedPairs }}
Source: {{ .GeneratorURL }}
{{ end }}
{{ end }}

{{ define "__markdown_pairs" }}{{ range . }}  - {{ .Name }} = {{ .Value }}
{{ end }}{{ end }}

{{ define "__text_sections" }}
{{ if .Alerts.Firing }}
Alerts Firing:
{{ template "__text_alert_list" .Alerts.Firing }}
{{ end }}
{{ if .Alerts.Resolved }}
Alerts Resolved:
{{ template "__text_alert_list" .Alerts.Resolved }}
{{ end }}
{{ end }}

{{ define "__markdown_sections" }}
{{ if .Alerts.Firing }}
# Alerts Firing:
{{ template "__text_alert_list_markdown" .Alerts.Firing }}
{{ end }}
{{ if .Alerts.Resolved }}
# Alerts Resolved:
{{ template "__text_alert_list_markdown" .Alerts.Resolved }}
{{ end }}
{{ end }}

{{ define "__common_annotations" }}{{ join " " .CommonAnnotations.SortedPairs.Values }}{{ end }}

{{ define "__story" }}{{ .Weir.Sentence }}
{{ .Weir.Text }}{{ end }}

{{ define "__markdown_title" }}[{{ template "__status" . }}] {{ .Weir.MarkdownSentence }}{{ end }}
`

/** Weir's wording, over the above: `.Weir` is what it adds to Alertmanager's data. */
export const OWN_SHARED_TEMPLATES = `
{{ define "__alertmanagerURL" }}{{ .Weir.AlertsURL }}{{ end }}

{{ define "__subject" }}[{{ template "__status" . }}] {{ .Weir.Sentence }}{{ end }}
`
