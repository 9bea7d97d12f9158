/** Alertmanager's words. */
export const DISCORD_TEMPLATES = `
{{ define "discord.default.content" }}{{ end }}
{{ define "discord.default.title" }}{{ template "__subject" . }}{{ end }}
{{ define "discord.default.message" }}{{ template "__text_sections" . }}{{ end }}
`

/** Weir's words. */
export const DISCORD_OWN_TEMPLATES = `
{{ define "discord.default.title" }}{{ template "__markdown_title" . }}{{ end }}
{{ define "discord.default.message" }}{{ .Weir.Markdown }}{{ end }}
`
