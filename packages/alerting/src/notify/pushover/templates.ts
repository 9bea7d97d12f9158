/** Alertmanager's words. */
export const PUSHOVER_TEMPLATES = `
{{ define "pushover.default.title" }}{{ template "__subject" . }}{{ end }}
{{ define "pushover.default.message" }}{{ template "__common_annotations" . }}{{ template "__text_sections" . }}{{ end }}
{{ define "pushover.default.url" }}{{ template "__alertmanagerURL" . }}{{ end }}
`

/** Weir's words. */
export const PUSHOVER_OWN_TEMPLATES = `
{{ define "pushover.default.message" }}{{ .Weir.Text }}{{ end }}
`
