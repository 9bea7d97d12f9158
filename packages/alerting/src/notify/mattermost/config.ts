import { z } from 'zod'
import { booleanValue, listOf, textValue } from '../../config-values.ts'
import { httpConfigSchema } from '../http-config.ts'

const text = textValue.default('')

/** What is said of a part of an attachment; texts are templates. */
const field = z.strictObject({
  title: textValue.default(''),
  value: textValue.default(''),
  short: z.preprocess((value) => (value === '' ? undefined : value), booleanValue.optional()),
})

const attachmentShape = {
  fallback: text,
  color: text,
  pretext: text,
  text,
  author_name: text,
  author_link: text,
  author_icon: text,
  title: text,
  title_link: text,
  fields: listOf(field),
  thumb_url: text,
  footer: text,
  footer_icon: text,
  image_url: text,
}

const attachment = z.strictObject(attachmentShape)

export type MattermostAttachment = z.output<typeof attachment>

const template = (name: string): z.ZodDefault<typeof textValue> =>
  textValue.default(`{{ template "mattermost.default.${name}" . }}`)

/** `mattermost_configs`: the keys of Alertmanager. Texts are templates. */
export const mattermostConfigSchema = z.strictObject({
  send_resolved: booleanValue.default(true),
  webhook_url: text.describe('Empty: mattermost_webhook_url of global.'),
  webhook_url_file: text,
  channel: text,
  ...attachmentShape,
  username: template('username'),
  text: template('text'),
  fallback: template('fallback'),
  color: template('color'),
  title: template('title'),
  title_link: template('titlelink'),
  icon_url: text,
  icon_emoji: text,
  attachments: listOf(attachment),
  type: text,
  props: z.strictObject({ card: text }).prefault({}),
  priority: z
    .strictObject({
      priority: text.describe('urgent, important or standard.'),
      requested_ack: booleanValue.default(false),
      persistent_notifications: booleanValue.default(false),
    })
    .prefault({}),
  http_config: httpConfigSchema.optional(),
})

export type MattermostConfig = z.output<typeof mattermostConfigSchema>
