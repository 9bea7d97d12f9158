import { z } from 'zod'
import { booleanValue, durationValue, integerValue, textValue } from '../../config-values.ts'
import { httpConfigSchema } from '../http-config.ts'

/** `incidentio_configs`: the keys of Alertmanager. */
export const incidentioConfigSchema = z.strictObject({
  send_resolved: booleanValue.default(true),
  url: textValue.default(''),
  url_file: textValue.default(''),
  alert_source_token: textValue.default(''),
  alert_source_token_file: textValue.default(''),
  max_alerts: integerValue.default(0).describe('Most alerts in one message; 0 is all.'),
  timeout: durationValue.default(0).describe('0 is 30 s.'),
  http_config: httpConfigSchema.optional(),
})

export type IncidentioConfig = z.output<typeof incidentioConfigSchema>
