import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { redactText } from './redact-text.ts'
import { findPeer } from '../http/testing/peers.ts'
import { redactAlertmanager, redactYaml } from './redact.ts'

/** A text with `S3CRET` wherever nobody may see it, and what must still be read. */
const CASES: readonly (readonly [what: string, yaml: string, shown: string])[] = [
  // prometheus.yml
  ['password', 'basic_auth: { username: u, password: S3CRET }', 'u'],
  ['bearer_token', 'bearer_token: S3CRET', 'bearer_token'],
  ['credentials', 'authorization: { type: Bearer, credentials: S3CRET }', 'Bearer'],
  ['client_secret', 'oauth2: { client_id: i, client_secret: S3CRET, token_url: "http://t/" }', 'i'],
  ['headers', 'http_headers: { X-A: { secrets: [S3CRET, S3CRET], values: [S3CRET] } }', 'X-A'],
  ['proxy headers', 'proxy_connect_header: { X-B: [S3CRET] }', 'X-B'],
  ['proxy with a user', 'proxy_url: "http://u:S3CRET@p:1"', 'proxy_url'],
  ['a key of TLS', 'tls_config: { key: S3CRET, cert: C }', 'cert: C'],
  ['a user in an address', 'remote_write: [{ url: "https://u:S3CRET@h/x" }]', '@h/x'],
  ['an address with @ in the password', 'url: "https://u:S3@S3CRET@h/x"', '@h/x'],
  ['a token in an address', 'url: "http://h/x?a=1&access_token=S3CRET#f"', 'a=1'],
  ['an API key in an address', 'url: "http://h/x?apiKey=S3CRET&b=2"', 'b=2'],
  ['params', 'scrape_configs: [{ params: { token: [S3CRET], module: [m] } }]', 'module'],
  ['AWS keys', 'sigv4: { access_key: S3CRET, secret_key: S3CRET, region: r }', 'region: r'],
  // alertmanager.yml
  [
    'webhook',
    'receivers: [{ name: n, webhook_configs: [{ url: "http://h/S3CRET", max_alerts: 3 }] }]',
    'max_alerts: 3',
  ],
  [
    'PagerDuty',
    'pagerduty_configs: [{ url: "http://pd/x", routing_key: S3CRET, service_key: S3CRET }]',
    'http://pd/x',
  ],
  ['Slack', 'slack_configs: [{ api_url: "http://h/S3CRET", channel: "#c" }]', '#c'],
  [
    'global',
    `global:
      smtp_auth_username: S3CRET
      smtp_auth_password: S3CRET
      smtp_auth_secret: S3CRET
      smtp_auth_identity: S3CRET
      slack_api_url: http://h/S3CRET
      slack_app_token: S3CRET
      opsgenie_api_key: S3CRET
      victorops_api_key: S3CRET
      wechat_api_secret: S3CRET
      telegram_bot_token: S3CRET
      rocketchat_token: S3CRET
      rocketchat_token_id: S3CRET
      mattermost_webhook_url: http://h/S3CRET
      smtp_from: from@example.org`,
    'from@example.org',
  ],
  ['email', 'email_configs: [{ auth_password: S3CRET, auth_secret: S3CRET, to: t@x }]', 't@x'],
  ['email headers', 'email_configs: [{ headers: { X-Key: S3CRET } }]', 'X-Key'],
  ['Telegram', 'telegram_configs: [{ bot_token: S3CRET, chat_id: 7 }]', '7'],
  ['Pushover', 'pushover_configs: [{ token: S3CRET, user_key: S3CRET, title: t }]', 'title: t'],
  ['Teams', 'msteams_configs: [{ webhook_url: "http://h/S3CRET", title: t }]', 'title: t'],
  ['Discord', 'discord_configs: [{ webhook_url: "http://h/S3CRET" }]', 'discord_configs'],
  ['SNS', 'sns_configs: [{ sigv4: { secret_key: S3CRET }, subject: s }]', 'subject: s'],
  ['incident.io', 'incidentio_configs: [{ alert_source_token: S3CRET, url: S3CRET }]', 'incident'],
  [
    'workflows of Teams',
    'msteamsv2_configs: [{ webhook_url: "http://h/S3CRET", text: t }]',
    'text: t',
  ],
  [
    'Mattermost',
    'mattermost_configs: [{ webhook_url: "http://h/S3CRET", channel: c, priority: { priority: urgent } }]',
    'urgent',
  ],
  [
    'Rocket.Chat',
    'rocketchat_configs: [{ token: S3CRET, token_id: S3CRET, channel: c }]',
    'channel: c',
  ],
  [
    'Webex',
    'webex_configs: [{ http_config: { authorization: { credentials: S3CRET } }, room_id: r }]',
    'room_id: r',
  ],
  ['WeChat', 'wechat_configs: [{ api_secret: S3CRET, corp_id: c, to_user: u }]', 'to_user: u'],
  [
    'Jira',
    'jira_configs: [{ http_config: { basic_auth: { username: u, password: S3CRET } }, project: P }]',
    'project: P',
  ],
  [
    'SNS with both keys',
    'sns_configs: [{ sigv4: { access_key: S3CRET, secret_key: S3CRET, region: r }, topic_arn: a }]',
    'topic_arn: a',
  ],
  [
    'a mail with its own certificate',
    'email_configs: [{ tls_config: { cert: C, key: S3CRET }, auth_username: S3CRET, auth_identity: S3CRET, smarthost: "h:25" }]',
    'h:25',
  ],
  ['OpsGenie', 'opsgenie_configs: [{ api_key: S3CRET, message: m }]', 'message: m'],
  ['Jira Service Management', 'jsm_configs: [{ api_key: S3CRET, message: m }]', 'message: m'],
  ['a Slack app', 'slack_configs: [{ app_token: S3CRET, channel: "#c" }]', '#c'],
  [
    'a payload of its own',
    'webhook_configs: [{ url: "http://h/S3CRET", payload: { token: S3CRET, text: t } }]',
    'text: t',
  ],
  ['VictorOps', 'victorops_configs: [{ api_key: S3CRET, routing_key: S3CRET }]', 'victorops'],
  // ours
  ['our own address', 'web: { external_url: "https://u:S3CRET@weir/" }', '@weir/'],
  ['a comment', 'a: 1 # S3CRET', 'a: 1'],
  ['a number', 'password: 12345\nnext: S3', 'next: S3'],
  ['an anchor', 'x: &p { password: S3CRET, user: u }\ny: *p', 'user: u'],
  ['a text that is not YAML', 'a: [ S3CRET', '<secret>'],
  ['files', 'password_file: /run/pw\nurl_file: hook\nrouting_key_file: key', '/run/pw'],
]

test.each(CASES)('%s', (_what, yaml, shown) => {
  const text = redactYaml(yaml)
  expect(text).not.toContain('S3CRET')
  expect(text).not.toContain('12345')
  expect(text).toContain(shown)
  expect(() => parse(text) as unknown).not.toThrow()
})

test('what is not secret stays as it was', () => {
  const plain = {
    global: { scrape_interval: '15s', external_labels: { site: 'north' } },
    scrape_configs: [
      {
        job_name: 'token_service',
        basic_auth: { username: 'u', password_file: '/run/pw' },
        static_configs: [{ targets: ['h:1'], labels: { team: 'key' } }],
        relabel_configs: [{ source_labels: ['a'], target_label: 'token_kind', regex: 'x@y' }],
      },
    ],
    alertmanager: { route: { receiver: 'r', group_by: ['alertname'] } },
  }
  expect(parse(redactYaml(JSON.stringify(plain)))).toEqual(plain)
})

test.each([
  ['http://h/x?module=a', 'http://h/x?module=a'],
  ['http://u:p@h/', 'http://<secret>@h/'],
  ['at http://h/?q=1&sig=zz and on', 'at http://h/?q=1&sig=<secret> and on'],
  ['mail me@example.org', 'mail me@example.org'],
])('redactText(%j) is %j', (text, want) => expect(redactText(text)).toBe(want))

const EVERY_KIND = `
strict_compat: true
global:
  slack_api_url: http://h/S3CRET
  opsgenie_api_key: S3CRET
  opsgenie_api_url: https://u:S3CRET@h/?a=S3CRET
  victorops_api_key: S3CRET
route: {receiver: every}
receivers:
- name: every
  webhook_configs: [{url: 'http://h/S3CRET', payload: {token: S3CRET, text: t}}]
  pagerduty_configs: [{routing_key: S3CRET}, {service_key: S3CRET}]
  opsgenie_configs: [{api_key: S3CRET, responders: [{name: a, type: team}]}]
  jsm_configs: [{api_key: S3CRET}]
  slack_configs: [{channel: '#c'}, {app_token: S3CRET, channel: '#c'}]
  victorops_configs: [{api_key: S3CRET, routing_key: S3CRET}]
`

test('an alertmanager.yml as amtool gets it has no secrets, and no keys that it does not know', () => {
  const shown = redactAlertmanager(EVERY_KIND)
  expect(shown).not.toContain('S3CRET')
  expect(parse(shown)).toMatchObject({
    global: { opsgenie_api_url: 'https://h/' },
    receivers: [{ name: 'every', opsgenie_configs: [{ api_key: '<secret>' }] }],
  })
  expect(shown).not.toMatch(/jsm|strict_compat/)
})

const amtool = findPeer('amtool')

test.runIf(amtool !== undefined)('amtool reads it as a config', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-redact-'))
  const file = join(folder, 'am.yml')
  writeFileSync(file, redactAlertmanager(EVERY_KIND))
  const out = execFileSync(amtool!, ['check-config', file], { encoding: 'utf8' })
  expect(out).toContain('SUCCESS')
  rmSync(folder, { recursive: true })
})
