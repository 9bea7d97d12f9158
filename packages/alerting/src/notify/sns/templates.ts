/** Alertmanager's words. */
export const SNS_TEMPLATES = `
{{ define "sns.default.subject" }}{{ template "__subject" . }}{{ end }}
{{ define "sns.default.message" }}{{ template "__common_annotations" . }}{{ template "__text_sections" . }}{{ end }}
`

/** Weir's words. */
export const SNS_OWN_TEMPLATES = `
{{ define "sns.default.message" }}{{ template "__story" . }}{{ end }}
`
