import { z } from 'zod'
import { booleanValue, listOf, textValue } from '../../config-values.ts'
import { httpConfigSchema } from '../http-config.ts'

const text = textValue.default('')

/** `rocketchat_configs`: the keys of Alertmanager. Texts are templates. */
export const rocketchatConfigSchema = z.strictObject({
  send_resolved: booleanValue.default(false),
  api_url: text.describe('Empty: rocketchat_api_url of global.'),
  channel: text,
  token: text,
  token_file: text,
  token_id: text,
  token_id_file: text,
  color: textValue.default('{{ if eq .Status "firing" }}red{{ else }}green{{ end }}'),
  emoji: textValue.default('{{ template "rocketchat.default.emoji" . }}'),
  icon_url: textValue.default('{{ template "rocketchat.default.iconurl" . }}'),
  text: textValue.default('{{ template "rocketchat.default.text" . }}'),
  title: textValue.default('{{ template "rocketchat.default.title" . }}'),
  title_link: textValue.default('{{ template "rocketchat.default.titlelink" . }}'),
  image_url: text,
  thumb_url: text,
  link_names: booleanValue.default(false).describe('Taken and of no effect, as in Alertmanager.'),
  short_fields: booleanValue.default(false),
  fields: listOf(
    z.strictObject({
      title: text,
      value: text,
      short: z.preprocess((value) => (value === '' ? undefined : value), booleanValue.optional()),
    }),
  ),
  actions: listOf(
    z.strictObject({
      text,
      url: text,
      msg: text,
      // Taken and of no effect, as in Alertmanager, which spells them so.
      type: text,
      imageurl: text,
      iswebview: text,
      webviewheightratio: text,
      msginchatwindow: text,
      msgprocessingtype: text,
    }),
  ),
  http_config: httpConfigSchema.optional(),
})

export type RocketchatConfig = z.output<typeof rocketchatConfigSchema>
