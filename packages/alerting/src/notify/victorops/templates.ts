/** What Splunk On-Call is told unless the config says otherwise. */
export const VICTOROPS_TEMPLATES = `
{{ define "victorops.default.state_message" }}{{ join " " .CommonAnnotations.SortedPairs.Values }}
{{ if .Alerts.Firing -}}
Alerts Firing:
{{ template "__text_alert_list" .Alerts.Firing }}
{{- end }}
{{ if .Alerts.Resolved -}}
Alerts Resolved:
{{ template "__text_alert_list" .Alerts.Resolved }}
{{- end }}
{{- end }}
{{ define "victorops.default.entity_display_name" }}{{ template "__subject" . }}{{ end }}
{{ define "victorops.default.monitoring_tool" }}{{ template "__product" . }}{{ end }}
`

/** The status is the incident's own: its name is the sentence. */
export const OWN_VICTOROPS_TEMPLATES = `
{{ define "victorops.default.entity_display_name" }}{{ .Weir.Sentence }}{{ end }}
{{ define "victorops.default.state_message" }}{{ .Weir.Sentence }}
{{ .Weir.Text }}{{ end }}
`
