import { z } from 'zod'
import { booleanValue, notYet, textMap, textValue } from '../../config-values.ts'
import { httpConfigSchema } from '../http-config.ts'

const text = textValue.default('')

/** `sns_configs`: the keys of Alertmanager. Texts are templates. */
export const snsConfigSchema = z.strictObject({
  send_resolved: booleanValue.default(true),
  api_url: text.describe('Empty: the address of the region.'),
  sigv4: z
    .strictObject({
      region: text,
      access_key: text.describe('Empty: AWS_ACCESS_KEY_ID of the environment.'),
      secret_key: text.describe('Empty: AWS_SECRET_ACCESS_KEY of the environment.'),
      profile: notYet(),
      role_arn: notYet(),
      external_id: notYet(),
    })
    .prefault({}),
  topic_arn: text,
  target_arn: text,
  phone_number: text,
  subject: textValue.default('{{ template "sns.default.subject" . }}'),
  message: textValue.default('{{ template "sns.default.message" . }}'),
  attributes: textMap,
  use_aws_http_client: booleanValue.default(false).describe('Taken; there is one client here.'),
  http_config: httpConfigSchema.optional(),
})

export type SnsConfig = z.output<typeof snsConfigSchema>
