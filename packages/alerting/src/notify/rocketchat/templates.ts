/** Alertmanager's words. */
export const ROCKETCHAT_TEMPLATES = `
{{ define "rocketchat.default.title" }}{{ template "__subject" . }}{{ end }}
{{ define "rocketchat.default.alias" }}{{ template "__alertmanager" . }}{{ end }}
{{ define "rocketchat.default.titlelink" }}{{ template "__alertmanagerURL" . }}{{ end }}
{{ define "rocketchat.default.emoji" }}{{ end }}
{{ define "rocketchat.default.iconurl" }}{{ end }}
{{ define "rocketchat.default.text" }}{{ end }}
`

/** Weir's words. */
export const ROCKETCHAT_OWN_TEMPLATES = `
{{ define "rocketchat.default.text" }}{{ .Weir.Markdown }}{{ end }}
`
