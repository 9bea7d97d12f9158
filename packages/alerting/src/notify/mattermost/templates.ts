/** Alertmanager's words. */
export const MATTERMOST_TEMPLATES = `
{{ define "mattermost.default.username" }}{{ template "__alertmanager" . }}{{ end }}
{{ define "mattermost.default.color" }}{{ if eq .Status "firing" }}danger{{ else }}good{{ end }}{{ end }}
{{ define "mattermost.default.title" }}{{ template "__subject" . }}{{ end }}
{{ define "mattermost.default.titlelink" }}{{ template "__alertmanagerURL" . }}{{ end }}
{{ define "mattermost.default.fallback" }}{{ template "mattermost.default.title" . }} | {{ template "mattermost.default.titlelink" . }}{{ end }}
{{ define "mattermost.default.text" }}{{ template "__markdown_sections" . }}{{ end }}
`

/** Weir's words. */
export const MATTERMOST_OWN_TEMPLATES = `
{{ define "mattermost.default.fallback" }}{{ template "__subject" . }} | {{ template "mattermost.default.titlelink" . }}{{ end }}
{{ define "mattermost.default.title" }}{{ template "__markdown_title" . }}{{ end }}
{{ define "mattermost.default.text" }}{{ .Weir.Markdown }}{{ end }}
`
