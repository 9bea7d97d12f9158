import type { TelegramConfig } from './config.ts'

/** Alertmanager's words. */
export const TELEGRAM_TEMPLATES = `
{{ define "telegram.default.message" }}{{ template "__text_sections" . }}{{ end }}
`

/** Weir's words. */
export const TELEGRAM_OWN_TEMPLATES = `
{{ define "telegram.default.message" }}{{ template "__telegram" . }}{{ end }}
{{ define "__telegram" }}<b>{{ template "__subject" . }}</b>
{{ safeHtml .Weir.HTML }}{{ end }}
`

const PIECES: Readonly<Record<TelegramConfig['parse_mode'], string>> = {
  HTML: '',
  Markdown: '{{ define "__telegram" }}{{ .Weir.TelegramV1 }}{{ end }}',
  MarkdownV2: '{{ define "__telegram" }}{{ .Weir.TelegramV2 }}{{ end }}',
  '': '{{ define "__telegram" }}{{ template "__subject" . }}\n{{ .Weir.Text }}{{ end }}',
}

/** What is said unless the config says otherwise, in the markup that it is sent in. */
export function defaultMessage(mode: TelegramConfig['parse_mode']): string {
  return `${PIECES[mode]}{{ template "telegram.default.message" . }}`
}
