import { z } from 'zod'
import { booleanValue, textValue } from '../../config-values.ts'
import { httpConfigSchema } from '../http-config.ts'

/** `msteams_configs`: the keys of Alertmanager. Texts are templates of Markdown. */
export const msteamsConfigSchema = z.strictObject({
  send_resolved: booleanValue.default(true),
  webhook_url: textValue.default(''),
  webhook_url_file: textValue.default(''),
  title: textValue.default('{{ template "msteams.default.title" . }}'),
  summary: textValue.default('{{ template "msteams.default.summary" . }}'),
  text: textValue.default('{{ template "msteams.default.text" . }}'),
  http_config: httpConfigSchema.optional(),
})

export type MsteamsConfig = z.output<typeof msteamsConfigSchema>
