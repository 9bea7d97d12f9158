/** Alertmanager's words. */
export const JIRA_TEMPLATES = `
{{ define "jira.default.summary" }}{{ template "__subject" . }}{{ end }}
{{ define "jira.default.description" }}{{ template "__markdown_sections" . }}{{ end }}

{{ define "jira.default.priority" -}}
  {{ $of := dict "critical" "High" "warning" "Medium" "info" "Low" -}}
  {{ $priority := "" -}}
  {{ range list .Alerts.Firing .Alerts.Resolved -}}
    {{ if eq $priority "" -}}
      {{ $alerts := . -}}
      {{ range $severity := list "info" "warning" "critical" -}}
        {{ range $alerts }}{{ if eq .Labels.severity $severity }}{{ $priority = index $of $severity }}{{ end }}{{ end -}}
      {{ end -}}
    {{ end -}}
  {{ end -}}
  {{ $priority -}}
{{ end }}
`

/** Weir's words. */
export const JIRA_OWN_TEMPLATES = `
{{ define "jira.default.description" }}{{ .Weir.Jira }}{{ end }}
`
