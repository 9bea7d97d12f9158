import { z } from 'zod'
import { booleanValue, integerValue, textValue } from '../../config-values.ts'
import { httpConfigSchema } from '../http-config.ts'

const PARSE_MODES = ['Markdown', 'MarkdownV2', 'HTML', ''] as const

/** `telegram_configs`: the keys of Alertmanager. */
export const telegramConfigSchema = z.strictObject({
  send_resolved: booleanValue.default(true),
  api_url: textValue.default('').describe('Empty: telegram_api_url of global.'),
  bot_token: textValue.default('').describe('Empty: telegram_bot_token of global.'),
  bot_token_file: textValue.default(''),
  chat_id: integerValue.default(0),
  chat_id_file: textValue.default(''),
  message_thread_id: integerValue.default(0),
  message: textValue.optional().describe('A template in the markup of parse_mode.'),
  disable_notifications: booleanValue.default(false),
  parse_mode: z
    .enum(PARSE_MODES, { error: 'want Markdown, MarkdownV2, HTML or an empty text' })
    .default('HTML'),
  http_config: httpConfigSchema.optional(),
})

export type TelegramConfig = z.output<typeof telegramConfigSchema>
