import { z } from 'zod'
import { booleanValue, textValue } from '../../config-values.ts'
import { httpConfigSchema } from '../http-config.ts'

/** `discord_configs`: the keys of Alertmanager. Texts are templates. */
export const discordConfigSchema = z.strictObject({
  send_resolved: booleanValue.default(true),
  webhook_url: textValue.default(''),
  webhook_url_file: textValue.default(''),
  title: textValue.default('{{ template "discord.default.title" . }}'),
  message: textValue.default('{{ template "discord.default.message" . }}'),
  content: textValue.default('').describe('Text above the embed; the only place for mentions.'),
  username: textValue.default(''),
  avatar_url: textValue.default(''),
  http_config: httpConfigSchema.optional(),
})

export type DiscordConfig = z.output<typeof discordConfigSchema>
