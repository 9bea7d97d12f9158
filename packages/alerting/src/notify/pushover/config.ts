import { z } from 'zod'
import { booleanValue, durationValue, textValue } from '../../config-values.ts'
import { httpConfigSchema } from '../http-config.ts'

const text = textValue.default('')

/** `pushover_configs`: the keys of Alertmanager. Texts are templates. */
export const pushoverConfigSchema = z.strictObject({
  send_resolved: booleanValue.default(true),
  user_key: text,
  user_key_file: text,
  token: text,
  token_file: text,
  title: textValue.default('{{ template "pushover.default.title" . }}'),
  message: textValue.default('{{ template "pushover.default.message" . }}'),
  url: textValue.default('{{ template "pushover.default.url" . }}'),
  url_title: text,
  device: text,
  sound: text,
  priority: textValue.default('{{ if eq .Status "firing" }}2{{ else }}0{{ end }}'),
  retry: durationValue.default(60_000).describe('How often an emergency is repeated.'),
  expire: durationValue.default(3_600_000).describe('When an emergency is no longer repeated.'),
  ttl: durationValue.default(0),
  html: booleanValue.default(false),
  monospace: booleanValue.default(false),
  http_config: httpConfigSchema.optional(),
})

export type PushoverConfig = z.output<typeof pushoverConfigSchema>
