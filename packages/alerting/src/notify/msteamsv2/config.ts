import { z } from 'zod'
import { booleanValue, textValue } from '../../config-values.ts'
import { httpConfigSchema } from '../http-config.ts'

/** `msteamsv2_configs`: the keys of Alertmanager. Texts are templates of Markdown. */
export const msteamsv2ConfigSchema = z.strictObject({
  send_resolved: booleanValue.default(true),
  webhook_url: textValue.default(''),
  webhook_url_file: textValue.default(''),
  title: textValue.default('{{ template "msteamsv2.default.title" . }}'),
  text: textValue.default('{{ template "msteamsv2.default.text" . }}'),
  http_config: httpConfigSchema.optional(),
})

export type MsteamsV2Config = z.output<typeof msteamsv2ConfigSchema>
