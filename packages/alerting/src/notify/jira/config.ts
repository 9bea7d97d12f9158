import { z } from 'zod'
import { booleanValue, durationValue, listOf, textValue } from '../../config-values.ts'
import { httpConfigSchema } from '../http-config.ts'
import { treeMap } from '../typed-values.ts'

const text = textValue.default('')

/** A template, or one with a word on whether it is written again when the issue is there already. */
function fieldOf(standard: string): z.ZodType<JiraText> {
  const shape = z
    .strictObject({
      template: textValue.default(standard),
      enable_update: z.preprocess(
        (value) => (value === '' ? 'true' : value),
        booleanValue.default(true),
      ),
    })
    .transform(({ template, enable_update }) => ({ template, isUpdated: enable_update }))
  return z
    .preprocess((value) => (typeof value === 'string' ? { template: value } : value), shape)
    .prefault({})
}

export interface JiraText {
  readonly template: string
  readonly isUpdated: boolean
}

/** `jira_configs`: the keys of Alertmanager. Texts are templates. */
export const jiraConfigSchema = z.strictObject({
  send_resolved: booleanValue.default(true),
  api_url: text.describe('…/rest/api/2 or /3; empty: jira_api_url of global.'),
  api_type: z
    .enum(['auto', 'cloud', 'datacenter'], { error: 'want auto, cloud or datacenter' })
    .default('auto'),
  project: text,
  issue_type: text,
  summary: fieldOf('{{ template "jira.default.summary" . }}'),
  description: fieldOf('{{ template "jira.default.description" . }}'),
  labels: listOf(textValue),
  priority: textValue.default('{{ template "jira.default.priority" . }}'),
  fields: treeMap,
  reopen_transition: text,
  resolve_transition: text,
  wont_fix_resolution: text,
  reopen_duration: durationValue.default(0),
  http_config: httpConfigSchema.optional(),
})

export type JiraConfig = z.output<typeof jiraConfigSchema>
