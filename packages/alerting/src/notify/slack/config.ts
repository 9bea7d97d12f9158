import { z } from 'zod'
import { booleanValue, durationValue, listOf, textValue } from '../../config-values.ts'
import { httpConfigSchema } from '../http-config.ts'

const text = textValue.default('')

const confirmSchema = z.strictObject({ text, title: text, ok_text: text, dismiss_text: text })

const actionSchema = z.strictObject({
  type: text,
  text,
  url: text,
  style: text,
  name: text,
  value: text,
  confirm: confirmSchema.optional(),
})

const fieldSchema = z.strictObject({
  title: text,
  value: text,
  short: booleanValue.optional().describe('Absent: as short_fields.'),
})

/** `slack_configs`: the keys of Alertmanager. Texts are templates. */
export const slackConfigSchema = z.strictObject({
  send_resolved: booleanValue.default(false),
  api_url: text.describe('Of an incoming webhook. Empty: slack_api_url of global.'),
  api_url_file: text,
  app_token: text.describe('Of a bot, in place of api_url. Empty: slack_app_token of global.'),
  app_token_file: text,
  app_url: text.describe('Empty: slack_app_url of global.'),
  channel: text,
  username: textValue.default('{{ template "slack.default.username" . }}'),
  color: textValue.default('{{ template "slack.default.color" . }}'),
  title: textValue.default('{{ template "slack.default.title" . }}'),
  title_link: textValue.default('{{ template "slack.default.titlelink" . }}'),
  pretext: textValue.default('{{ template "slack.default.pretext" . }}'),
  text: textValue.default('{{ template "slack.default.text" . }}'),
  message_text: text,
  fallback: textValue.default('{{ template "slack.default.fallback" . }}'),
  callback_id: textValue.default('{{ template "slack.default.callbackid" . }}'),
  icon_emoji: textValue.default('{{ template "slack.default.iconemoji" . }}'),
  icon_url: textValue.default('{{ template "slack.default.iconurl" . }}'),
  footer: textValue.default('{{ template "slack.default.footer" . }}'),
  image_url: text,
  thumb_url: text,
  link_names: booleanValue.default(false),
  short_fields: booleanValue.default(false),
  mrkdwn_in: listOf(textValue),
  fields: listOf(fieldSchema),
  actions: listOf(actionSchema),
  update_message: booleanValue.default(false).describe('Edits the first message of a group.'),
  timeout: durationValue.default(0).describe('0 is 30 s.'),
  http_config: httpConfigSchema.optional(),
})

export type SlackConfig = z.output<typeof slackConfigSchema>
