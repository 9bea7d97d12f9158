/** Alertmanager sends no text by itself; its HTML is told anew here. */
export const EMAIL_TEMPLATES = `
{{ define "email.default.subject" }}{{ template "__subject" . }}{{ end }}
{{ define "email.picture" }}{{ end }}

{{ define "email.default.text" }}{{ end }}

{{ define "email.default.html" -}}
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{{ template "__subject" . }}</title>
<style>
  :root { color-scheme: light dark; supported-color-schemes: light dark; }
  a { text-decoration: none; }
  @media (max-width: 600px) {
    .page { padding: 0 !important; }
    .card { border-radius: 0 !important; border-left: 0 !important; border-right: 0 !important; }
    .bar { border-radius: 0 !important; }
    .pad { padding-left: 20px !important; padding-right: 20px !important; }
    .sentence { font-size: 20px !important; line-height: 27px !important; }
    .fact { display: block !important; width: auto !important; padding: 0 0 12px !important; }
    .button { display: block !important; text-align: center !important; }
  }
  @media (prefers-color-scheme: dark) {
    .page, .ground { background-color: #14171a !important; }
    .card { background-color: #1d2125 !important; border-color: #33393f !important; }
    .ink, .ink a { color: #eceff1 !important; }
    .dim, .dim a { color: #a3adb5 !important; }
    .rule { border-color: #33393f !important; }
    .chip { background-color: #2a3036 !important; color: #c9d1d7 !important; }
    .link { color: #7ab8f0 !important; }
    .firing-text { color: #ff8f86 !important; }
    .resolved-text { color: #69c98d !important; }
    .firing-ground { background-color: #a92a22 !important; }
    .resolved-ground { background-color: #22693f !important; }
  }
</style>
</head>
<body class="ground" style="margin:0;padding:0;background-color:#f1f3f5;-webkit-text-size-adjust:100%;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>
<td class="page" align="center" style="padding:24px 12px;background-color:#f1f3f5;">
<table role="presentation" class="card" width="600" cellpadding="0" cellspacing="0" border="0" style="width:100%;max-width:600px;background-color:#ffffff;border:1px solid #dde1e5;border-radius:8px;border-collapse:separate;overflow:hidden;font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;">
{{ template "__mail_status" . }}
<tr><td class="pad" style="padding:24px 32px {{ if and (eq (len .Weir.Alerts) 1) (eq .Weir.HiddenCount 0) }}0{{ else }}18px{{ end }};">
  <div class="ink sentence" style="font-size:22px;line-height:30px;font-weight:600;color:#1b1f23;word-break:break-word;">{{ .Weir.Sentence }}</div>
</td></tr>
{{ $alerts := .Weir.Alerts -}}
{{ if and (eq (len $alerts) 1) (eq .Weir.HiddenCount 0) -}}
{{ range $alerts }}{{ template "__mail_one" . }}{{ end -}}
{{ end -}}
<tr><td class="pad" style="padding:0 32px;">{{ template "email.picture" . }}</td></tr>
{{ if or (gt (len $alerts) 1) (gt .Weir.HiddenCount 0) -}}
{{ range $alerts }}{{ template "__mail_row" . }}{{ end -}}
{{ if gt .Weir.HiddenCount 0 -}}
<tr><td class="pad" style="padding:0 32px;"><div class="rule dim" style="padding:14px 0;border-top:1px solid #e6e9ec;font-size:14px;line-height:20px;color:#5c6770;">and {{ .Weir.HiddenCount }} more alerts</div></td></tr>
{{ end -}}
{{ end -}}
{{ template "__mail_labels" . }}
<tr><td class="pad" style="padding:20px 32px 28px;">
  <a class="button {{ .Status }}-ground" href="{{ .Weir.AlertsURL }}" style="display:inline-block;padding:10px 18px;border-radius:6px;background-color:{{ if eq .Status "firing" }}#c0392b{{ else }}#2b7d4f{{ end }};color:#ffffff;font-size:15px;line-height:20px;font-weight:600;">Open in {{ template "__product" . }}</a>
</td></tr>
</table>
<div class="dim" style="padding:14px 12px 0;font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:12px;line-height:18px;color:#6b757d;">Sent by <a class="dim" href="{{ .ExternalURL }}" style="color:#6b757d;">{{ template "__product" . }}</a> to {{ .Receiver }}{{ with .NotificationReason }}: {{ . }}{{ end }}</div>
</td></tr></table>
</body>
</html>
{{ end }}

{{ define "__mail_status" -}}
<tr><td class="pad bar {{ .Status }}-ground" style="padding:11px 32px;background-color:{{ if eq .Status "firing" }}#c0392b{{ else }}#2b7d4f{{ end }};border-radius:7px 7px 0 0;">
  <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>
    <td style="font-size:13px;line-height:18px;font-weight:700;letter-spacing:0.06em;color:#ffffff;">{{ if eq .Status "firing" }}FIRING{{ else }}RESOLVED{{ end }}</td>
    <td align="right" style="font-size:13px;line-height:18px;color:#ffffff;">
      {{- if .Alerts.Firing }}{{ len .Alerts.Firing }} firing{{ end -}}
      {{ if and .Alerts.Firing .Alerts.Resolved }} · {{ end -}}
      {{ if .Alerts.Resolved }}{{ len .Alerts.Resolved }} resolved{{ end -}}
    </td>
  </tr></table>
</td></tr>
{{ end }}

{{ define "__mail_fact" -}}
<td class="fact" valign="top" style="padding:0 28px 12px 0;">
  <div class="dim" style="font-size:12px;line-height:16px;color:#6b757d;">{{ .name }}</div>
  <div class="{{ if .isLoud }}{{ .status }}-text{{ else }}ink{{ end }}" style="font-size:{{ if .isLoud }}20px{{ else }}15px{{ end }};line-height:{{ if .isLoud }}26px{{ else }}22px{{ end }};font-weight:{{ if .isLoud }}700{{ else }}400{{ end }};color:{{ if not .isLoud }}#1b1f23{{ else if eq .status "firing" }}#b3261e{{ else }}#21693f{{ end }};word-break:break-word;">{{ .value }}</div>
</td>
{{ end }}

{{ define "__mail_one" -}}
<tr><td class="pad" style="padding:18px 32px 4px;">
  {{ if or .Value .Limit -}}
  <table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr>
    {{ $name := "Value" }}{{ if eq .Status "resolved" }}{{ $name = "Last value" }}{{ end }}
    {{ template "__mail_fact" (dict "name" $name "value" .Value "isLoud" true "status" .Status) }}
    {{ if .Limit }}{{ template "__mail_fact" (dict "name" "Fires when" "value" .Limit "isLoud" false "status" .Status) }}{{ end }}
  </tr></table>
  {{ end -}}
  <table role="presentation" cellpadding="0" cellspacing="0" border="0">
    {{ if .Place }}<tr>{{ template "__mail_fact" (dict "name" "Pipeline" "value" .Place "isLoud" false "status" .Status) }}</tr>{{ end }}
    <tr>{{ template "__mail_fact" (dict "name" "When" "value" .Since "isLoud" false "status" .Status) }}</tr>
  </table>
  {{ if .Description }}<div class="ink" style="padding:2px 0 12px;font-size:15px;line-height:23px;color:#1b1f23;white-space:pre-line;word-break:break-word;">{{ .Description }}</div>{{ end -}}
  {{ template "__mail_links" .Links }}
</td></tr>
{{ end }}

{{ define "__mail_links" -}}
{{ if . }}<div style="padding:2px 0 14px;font-size:14px;line-height:24px;">
{{- range $i, $link := . }}{{ if $i }}<span class="dim" style="color:#6b757d;"> &nbsp;·&nbsp; </span>{{ end }}<a class="link" href="{{ $link.Href }}" style="color:#1864ab;font-weight:600;">{{ $link.Text }}</a>{{ end -}}
</div>{{ end -}}
{{ end }}

{{ define "__mail_row" -}}
<tr><td class="pad" style="padding:0 32px;">
  <div class="rule" style="padding:16px 0 4px;border-top:1px solid #e6e9ec;">
    <div class="ink" style="font-size:15px;line-height:22px;font-weight:600;color:#1b1f23;word-break:break-word;"><span class="{{ .Status }}-text" style="color:{{ if eq .Status "firing" }}#b3261e{{ else }}#21693f{{ end }};">{{ if eq .Status "firing" }}●{{ else }}✓{{ end }}</span>&nbsp; {{ .Sentence }}</div>
    <div class="dim" style="padding:3px 0 6px;font-size:14px;line-height:21px;color:#5c6770;word-break:break-word;">
      {{- if .Figure }}<span class="ink" style="color:#1b1f23;">{{ .Figure }}</span> · {{ end -}}
      {{ if .Place }}{{ .Place }} · {{ end }}{{ .Since }}</div>
    {{ template "__mail_links" .Links }}
  </div>
</td></tr>
{{ end }}

{{ define "__mail_labels" -}}
{{ if .CommonLabels -}}
<tr><td class="pad" style="padding:0 32px;">
  <div class="rule" style="padding:16px 0 0;border-top:1px solid #e6e9ec;font-size:0;line-height:0;">
  {{- range .CommonLabels.SortedPairs }}<span class="chip" style="display:inline-block;margin:0 6px 6px 0;padding:2px 8px;border-radius:4px;background-color:#f1f3f5;color:#495057;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:12px;line-height:18px;word-break:break-all;">{{ .Name }}={{ .Value }}</span>{{ end -}}
  </div>
</td></tr>
{{ end -}}
{{ end }}
`

/** Weir's words. */
export const EMAIL_OWN_TEMPLATES = `
{{ define "email.default.text" }}{{ template "__subject" . }}

{{ .Weir.Text }}

{{ template "__alertmanagerURL" . }}
{{ end }}
`
