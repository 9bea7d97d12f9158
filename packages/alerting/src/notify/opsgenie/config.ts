import { z } from 'zod'
import { booleanValue, listOf, textMap, textValue } from '../../config-values.ts'
import { httpConfigSchema } from '../http-config.ts'

/** `opsgenie_configs`: the keys of Alertmanager. Texts are templates. */
export const opsgenieConfigSchema = z.strictObject({
  send_resolved: booleanValue.default(true),
  api_key: textValue.default('').describe('Empty: opsgenie_api_key of global.'),
  api_key_file: textValue.default(''),
  api_url: textValue.default('').describe('Empty: opsgenie_api_url of global.'),
  message: textValue.default('{{ template "opsgenie.default.message" . }}'),
  description: textValue.default('{{ template "opsgenie.default.description" . }}'),
  source: textValue.default('{{ template "opsgenie.default.source" . }}'),
  details: textMap,
  entity: textValue.default(''),
  responders: listOf(
    z.strictObject({
      id: textValue.default(''),
      name: textValue.default(''),
      username: textValue.default(''),
      type: textValue.default(''),
    }),
  ),
  actions: textValue.default('').describe('Separated by commas.'),
  tags: textValue.default('').describe('Separated by commas.'),
  note: textValue.default(''),
  priority: textValue.default('').describe('P1 to P5.'),
  update_alerts: booleanValue.default(false),
  http_config: httpConfigSchema.optional(),
})

export type OpsgenieConfig = z.output<typeof opsgenieConfigSchema>

export const RESPONDER_TYPES: ReadonlySet<string> = new Set([
  'team',
  'teams',
  'user',
  'escalation',
  'schedule',
])
