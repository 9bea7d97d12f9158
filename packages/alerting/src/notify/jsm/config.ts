import { textValue } from '../../config-values.ts'
import { opsgenieConfigSchema } from '../opsgenie/config.ts'

/** `jsm_configs`: the keys of `opsgenie_configs`, and its texts. Alertmanager has no such kind. */
export const jsmConfigSchema = opsgenieConfigSchema.extend({
  api_key: textValue.default('').describe('Of an API integration of a Jira team.'),
  api_url: textValue.default('').describe('Empty: the API for integrations at api.atlassian.com.'),
})
