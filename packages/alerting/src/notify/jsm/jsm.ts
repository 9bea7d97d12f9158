import { notifierKind } from '../kind.ts'
import { secretOf } from '../http-config.ts'
import { OPSGENIE_LIMITS } from '../opsgenie/alert.ts'
import { alertIntegration, checkAlertConfig, withSlash } from '../opsgenie/opsgenie.ts'
import { cutTo } from '../cut.ts'
import { jsmConfigSchema } from './config.ts'

/**
 * Where Jira Service Management takes alerts of an integration, with an API key of that integration.
 *
 * @see developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-integration-events
 */
const API_URL = 'https://api.atlassian.com/jsm/ops/integration/'

/**
 * The way on from OpsGenie: the same alerts at another address. Its API for integrations can create,
 * close and add a note, but not change an alert: with `update_alerts` a note says what changed.
 */
export const JSM = notifierKind({
  name: 'jsm',
  schema: jsmConfigSchema,
  build(config, index, context, check) {
    checkAlertConfig(config, check)
    const key = secretOf(config.api_key, check.beside(config.api_key_file))
    if (key === undefined) check.problem([], 'want api_key or api_key_file')
    return alertIntegration(config, index, context, {
      kind: 'jsm',
      what: 'Jira Service Management',
      apiUrl: withSlash(config.api_url || API_URL),
      key: key ?? { kind: 'text', text: '' },
      updates: ({ message, description, source }, note) =>
        note === undefined
          ? []
          : [
              {
                path: 'notes',
                method: 'POST',
                body: {
                  note: cutTo(`${message}\n${description}`, OPSGENIE_LIMITS.noteChars),
                  source,
                },
              },
            ],
    })
  },
})
