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
`

/** Weir's wording, over the above: `.Weir` is what it adds to Alertmanager's data. */
export const OWN_SHARED_TEMPLATES = `
{{ define "__alertmanagerURL" }}{{ .Weir.AlertsURL }}{{ end }}

{{ define "__subject" }}[{{ template "__status" . }}] {{ .Weir.Sentence }}{{ end }}
`
