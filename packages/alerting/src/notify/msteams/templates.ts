/** Alertmanager's words. */
export const MSTEAMS_TEMPLATES = `
{{ define "msteams.default.summary" }}{{ template "__subject" . }}{{ end }}
{{ define "msteams.default.title" }}{{ template "__subject" . }}{{ end }}
{{ define "msteams.default.text" }}{{ template "__markdown_sections" . }}{{ end }}
`

/** Weir's words. */
export const MSTEAMS_OWN_TEMPLATES = `
{{ define "msteams.default.title" }}{{ template "__markdown_title" . }}{{ end }}
{{ define "msteams.default.text" }}{{ reReplaceAll "\\n" "\\n\\n" .Weir.Markdown }}{{ end }}
`
