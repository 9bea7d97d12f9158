import { z } from 'zod'
import { booleanValue, durationValue, listOf, textValue } from '../../config-values.ts'
import { httpConfigSchema } from '../http-config.ts'
import { treeMap } from '../typed-values.ts'

/** `pagerduty_configs`: the keys of Alertmanager, for Events API v2 and v1. Texts are templates. */
export const pagerdutyConfigSchema = z.strictObject({
  send_resolved: booleanValue.default(true),
  routing_key: textValue.default(''),
  routing_key_file: textValue.default(''),
  url: textValue.default('').describe('Empty: pagerduty_url of global.'),
  client: textValue.default('{{ template "pagerduty.default.client" . }}'),
  client_url: textValue.default('{{ template "pagerduty.default.clientURL" . }}'),
  description: textValue.default('{{ template "pagerduty.default.description" . }}'),
  severity: textValue.default('error'),
  source: textValue.default('').describe('Empty: as client.'),
  class: textValue.default(''),
  component: textValue.default(''),
  group: textValue.default(''),
  details: treeMap,
  images: listOf(
    z.strictObject({
      src: textValue.default(''),
      alt: textValue.default(''),
      href: textValue.default(''),
    }),
  ),
  links: listOf(z.strictObject({ href: textValue.default(''), text: textValue.default('') })),
  timeout: durationValue.default(0).describe('0 is 30 s.'),
  http_config: httpConfigSchema.optional(),
  service_key: textValue.default('').describe('For Events API v1, in place of routing_key.'),
  service_key_file: textValue.default(''),
})

export type PagerdutyConfig = z.output<typeof pagerdutyConfigSchema>

/** Details sent unless the config says otherwise. */
export const DEFAULT_DETAILS: Readonly<Record<string, string>> = {
  firing: '{{ .Alerts.Firing | toJson }}',
  resolved: '{{ .Alerts.Resolved | toJson }}',
  num_firing: '{{ .Alerts.Firing | len }}',
  num_resolved: '{{ .Alerts.Resolved | len }}',
}
