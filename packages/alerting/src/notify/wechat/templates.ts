/** Alertmanager's words. */
export const WECHAT_TEMPLATES = `
{{ define "wechat.default.message" }}{{ template "__subject" . }}
{{ template "__common_annotations" . }}
{{ if .Alerts.Firing -}}
Alerts Firing:
{{ template "__text_alert_list" .Alerts.Firing }}
{{- end }}
{{ if .Alerts.Resolved -}}
Alerts Resolved:
{{ template "__text_alert_list" .Alerts.Resolved }}
{{- end }}
AlertmanagerUrl:
{{ template "__alertmanagerURL" . }}{{ end }}
{{ define "wechat.default.to_user" }}{{ end }}
{{ define "wechat.default.to_party" }}{{ end }}
{{ define "wechat.default.to_tag" }}{{ end }}
{{ define "wechat.default.agent_id" }}{{ end }}
`

/** Weir's words. */
export const WECHAT_OWN_TEMPLATES = `
{{ define "wechat.default.message" }}{{ template "__subject" . }}
{{ .Weir.Text }}{{ end }}
`
