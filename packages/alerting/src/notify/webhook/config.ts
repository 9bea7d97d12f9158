import { z } from 'zod'
import { booleanValue, durationValue, integerValue, textValue } from '../../config-values.ts'
import { httpConfigSchema } from '../http-config.ts'
import { textTree } from '../typed-values.ts'

/** `webhook_configs`: the keys of Alertmanager. */
export const webhookConfigSchema = z.strictObject({
  send_resolved: booleanValue.default(true),
  url: textValue.default('').describe('Where to post; may be a template.'),
  url_file: textValue.default(''),
  max_alerts: integerValue.default(0).describe('Most alerts in one message; 0 is all.'),
  timeout: durationValue.default(0).describe('0 is 30 s.'),
  http_config: httpConfigSchema.optional(),
  payload: textTree.optional().describe('In place of version 4; texts and keys are templates.'),
})

export type WebhookConfig = z.output<typeof webhookConfigSchema>
