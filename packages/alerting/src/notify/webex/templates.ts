/** Alertmanager's words. */
export const WEBEX_TEMPLATES = `
{{ define "webex.default.message" }}{{ template "__common_annotations" . }}{{ template "__text_sections" . }}{{ end }}
`

/** Weir's words. */
export const WEBEX_OWN_TEMPLATES = `
{{ define "webex.default.message" }}**{{ template "__markdown_title" . }}**

{{ reReplaceAll "\\n" "  \\n" .Weir.Markdown }}{{ end }}
`
