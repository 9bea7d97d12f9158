import { expect, test } from 'vitest'
import { alertmanagerHints, checkAlertmanagerConfig } from '../route/config.ts'

/** A receiver with one config of a kind, and `global` before it. */
function fileOf(kind: string, config: string, global = '{}'): { fileName: string; text: string } {
  const text = `global: ${global}\nroute: {receiver: r}\nreceivers:\n- name: r\n  ${kind}_configs:\n  - ${config}\n`
  return { fileName: 'am.yml', text }
}

const problems = (kind: string, config: string, global?: string): readonly string[] =>
  checkAlertmanagerConfig(fileOf(kind, config, global))

const AT = (kind: string, rest = ''): string => `line 6: receivers[0].${kind}_configs[0]${rest}: `

test.each([
  ['opsgenie', '{api_key: k}', undefined],
  ['opsgenie', '{}', '{opsgenie_api_key: k}'],
  ['opsgenie', '{}', '{opsgenie_api_key_file: k}'],
  ['jsm', '{api_key_file: k, responders: [{name: t, type: TEAMS}]}', undefined],
  ['jsm', "{api_key: k, responders: [{name: t, type: '{{ .Status }}'}]}", undefined],
  ['victorops', '{api_key: k, routing_key: r}', undefined],
  ['victorops', '{routing_key: r}', '{victorops_api_key: k}'],
  ['slack', '{api_url: "http://s/"}', undefined],
  ['slack', '{channel: c}', '{slack_api_url: "http://s/"}'],
  ['slack', '{channel: c}', '{slack_app_token: t}'],
  ['slack', '{channel: c, app_token: t, update_message: true}', '{slack_api_url: "http://s/"}'],
  ['slack', '{api_url: "http://s/"}', '{slack_app_token: t}'],
  [
    'slack',
    '{api_url: "https://slack.com/api/chat.postMessage", app_token: t, channel: c}',
    undefined,
  ],
  ['pagerduty', '{service_key: k, routing_key: k}', undefined],
])('%s %s with %s is good', (kind, config, global) => {
  expect(problems(kind, config, global)).toEqual([])
})

test.each([
  ['opsgenie', '{}', 'want api_key or api_key_file, here or as opsgenie_api_key of global'],
  ['opsgenie', '{api_key: k, api_key_file: f}', 'want at most one of api_key and api_key_file'],
  ['opsgenie', '{api_key: k, api_url: nowhere}', '.api_url: want an http or https address'],
  [
    'opsgenie',
    '{api_key: k, responders: [{type: team}]}',
    '.responders[0]: want one of id, name, username',
  ],
  [
    'jsm',
    '{api_key: k, responders: [{name: n, type: boss}]}',
    '.responders[0].type: want one of team, teams, user, escalation, schedule, got "boss"',
  ],
  ['jsm', '{}', 'want api_key or api_key_file'],
  ['victorops', '{api_key: k}', 'want a routing_key'],
  [
    'victorops',
    '{routing_key: r}',
    'want api_key or api_key_file, here or as victorops_api_key of global',
  ],
  [
    'victorops',
    '{api_key: k, routing_key: r, custom_fields: {entity_id: x}}',
    '.custom_fields.entity_id: this field is the message’s own',
  ],
  ['slack', '{channel: c}', 'want api_url or app_token, or one of their files, here or in global'],
  ['slack', '{app_token: t}', 'an app wants to know the channel'],
  [
    'slack',
    '{app_token: t, api_url: "http://s/", channel: c}',
    'want a token of an app or an api_url, not both',
  ],
  [
    'slack',
    '{api_url: "http://s/", update_message: true}',
    '.update_message: only an app (app_token) can edit its messages',
  ],
  ['slack', '{api_url: "http://s/", fields: [{title: t}]}', '.fields[0]: want a title and a value'],
  [
    'slack',
    '{api_url: "http://s/", actions: [{type: button, text: t}]}',
    '.actions[0]: want a url or a name',
  ],
  ['slack', '{api_url: "http://s/", actions: [{url: u}]}', '.actions[0]: want a type and a text'],
  [
    'slack',
    '{api_url: "http://s/", actions: [{type: b, text: t, name: n, confirm: {title: x}}]}',
    '.actions[0].confirm: want a text',
  ],
  ['slack', '{api_url: "http://s/", title: "{{ .Open"}', /\.title: .*/],
])('%s %s is refused with its line', (kind, config, want) => {
  const [first, ...others] = problems(kind, config)
  expect(others).toEqual([])
  if (want instanceof RegExp) expect(first).toMatch(want)
  else
    expect(first).toBe(
      want.startsWith('.')
        ? AT(kind, want.split(': ')[0]) + want.split(': ').slice(1).join(': ')
        : AT(kind) + want,
    )
})

test('a config that is right may still earn a hint', () => {
  expect(alertmanagerHints(fileOf('opsgenie', '{api_key: k}'))).toEqual([
    `${AT('opsgenie')}OpsGenie ends on 5 April 2027: jsm_configs with the same keys goes to Jira Service Management`,
  ])
  const moved = '{api_key: k, api_url: "https://api.atlassian.com/jsm/ops/integration/"}'
  expect(alertmanagerHints(fileOf('opsgenie', moved))).toEqual([])
  expect(alertmanagerHints(fileOf('jsm', '{api_key: k}'))).toEqual([])
})
