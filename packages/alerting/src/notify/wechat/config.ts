import { z } from 'zod'
import { booleanValue, textValue } from '../../config-values.ts'
import { httpConfigSchema } from '../http-config.ts'

const text = textValue.default('')
const template = (name: string): z.ZodDefault<typeof textValue> =>
  textValue.default(`{{ template "wechat.default.${name}" . }}`)

/** `wechat_configs`: the keys of Alertmanager. Texts are templates. */
export const wechatConfigSchema = z.strictObject({
  send_resolved: booleanValue.default(false),
  api_secret: text.describe('Empty: wechat_api_secret of global.'),
  api_secret_file: text,
  api_url: text.describe('Empty: wechat_api_url of global.'),
  corp_id: text.describe('Empty: wechat_api_corp_id of global.'),
  agent_id: template('agent_id'),
  to_user: template('to_user'),
  to_party: template('to_party'),
  to_tag: template('to_tag'),
  message: template('message'),
  message_type: z
    .enum(['text', 'markdown', ''], { error: 'want text or markdown' })
    .default('text')
    .transform((type) => type || 'text'),
  http_config: httpConfigSchema.optional(),
})

export type WechatConfig = z.output<typeof wechatConfigSchema>
