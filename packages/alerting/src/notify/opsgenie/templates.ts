/** What OpsGenie is told unless the config says otherwise. */
export const OPSGENIE_TEMPLATES = `
{{ define "opsgenie.default.message" }}{{ template "__subject" . }}{{ end }}
{{ define "opsgenie.default.source" }}{{ template "__alertmanagerURL" . }}{{ end }}
{{ define "opsgenie.default.description" }}{{ join " " .CommonAnnotations.SortedPairs.Values }}
{{ if .Alerts.Firing -}}
Alerts Firing:
{{ template "__text_alert_list" .Alerts.Firing }}
{{- end }}
{{ if .Alerts.Resolved -}}
Alerts Resolved:
{{ template "__text_alert_list" .Alerts.Resolved }}
{{- end }}
{{- end }}
`

/** The status is the alert's own: its title is the sentence. */
export const OWN_OPSGENIE_TEMPLATES = `
{{ define "opsgenie.default.message" }}{{ .Weir.Sentence }}{{ end }}
{{ define "opsgenie.default.description" }}{{ .Weir.Text }}{{ end }}
`
