import { z } from 'zod'
import { booleanValue, textMap, textValue } from '../../config-values.ts'
import { httpConfigSchema } from '../http-config.ts'

/** `victorops_configs`: the keys of Alertmanager. Texts are templates. */
export const victoropsConfigSchema = z.strictObject({
  send_resolved: booleanValue.default(true),
  api_key: textValue.default('').describe('Empty: victorops_api_key of global.'),
  api_key_file: textValue.default(''),
  api_url: textValue.default('').describe('Empty: victorops_api_url of global.'),
  routing_key: textValue.default(''),
  message_type: textValue.default('CRITICAL').describe('CRITICAL, WARNING or INFO.'),
  state_message: textValue.default('{{ template "victorops.default.state_message" . }}'),
  entity_display_name: textValue.default(
    '{{ template "victorops.default.entity_display_name" . }}',
  ),
  monitoring_tool: textValue.default('{{ template "victorops.default.monitoring_tool" . }}'),
  custom_fields: textMap,
  http_config: httpConfigSchema.optional(),
})

export type VictoropsConfig = z.output<typeof victoropsConfigSchema>

/** Names that are the message's own. */
export const RESERVED_FIELDS: readonly string[] = [
  'routing_key',
  'message_type',
  'state_message',
  'entity_display_name',
  'monitoring_tool',
  'entity_id',
  'entity_state',
]
