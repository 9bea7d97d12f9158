/**
 * The definitions that notifications use unless the user's files say otherwise. Names and meaning
 * are Alertmanager's, so that a template file written for it finds what it calls.
 */
export const DEFAULT_TEMPLATES = `
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

{{ define "pagerduty.default.description" }}{{ template "__subject" . }}{{ end }}
{{ define "pagerduty.default.client" }}{{ template "__product" . }}{{ end }}
{{ define "pagerduty.default.clientURL" }}{{ template "__alertmanagerURL" . }}{{ end }}
{{ define "pagerduty.default.instances" }}{{ template "__text_alert_list" . }}{{ end }}
`
