/** Alertmanager's words. */
export const MSTEAMSV2_TEMPLATES = `
{{ define "msteamsv2.default.title" }}{{ template "__subject" . }}{{ end }}
{{ define "msteamsv2.default.text" }}{{ template "__markdown_sections" . }}{{ end }}
`

/** Weir's words. */
export const MSTEAMSV2_OWN_TEMPLATES = `
{{ define "msteamsv2.default.title" }}{{ template "__markdown_title" . }}{{ end }}
{{ define "msteamsv2.default.text" }}{{ reReplaceAll "\\n" "\\n\\n" .Weir.Markdown }}{{ end }}
`
