/** What PagerDuty is told unless the config says otherwise. */
export const PAGERDUTY_TEMPLATES = `
{{ define "pagerduty.default.description" }}{{ template "__subject" . }}{{ end }}
{{ define "pagerduty.default.client" }}{{ template "__product" . }}{{ end }}
{{ define "pagerduty.default.clientURL" }}{{ template "__alertmanagerURL" . }}{{ end }}
{{ define "pagerduty.default.instances" }}{{ template "__text_alert_list" . }}{{ end }}
`

/** The status is the incident's own: its title is the sentence. */
export const OWN_PAGERDUTY_TEMPLATES = `
{{ define "pagerduty.default.description" }}{{ .Weir.Sentence }}{{ end }}
`
