import { z } from 'zod'
import { booleanValue, textValue } from '../../config-values.ts'
import { httpConfigSchema } from '../http-config.ts'

/** `webex_configs`: the keys of Alertmanager. Texts are templates. */
export const webexConfigSchema = z.strictObject({
  send_resolved: booleanValue.default(true),
  api_url: textValue.default('').describe('Empty: webex_api_url of global.'),
  room_id: textValue.default(''),
  message: textValue.default('{{ template "webex.default.message" . }}').describe('Markdown.'),
  http_config: httpConfigSchema.optional().describe('authorization is needed: the bot token.'),
})

export type WebexConfig = z.output<typeof webexConfigSchema>
