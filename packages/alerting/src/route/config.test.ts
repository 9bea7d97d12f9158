import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Labels } from '@weir/model'
import { expect, test } from 'vitest'
import { ManualClock } from '../testing/manual-clock.ts'
import { type Routing, checkAlertmanagerConfig, parseRouting } from './config.ts'
import { showMatchers } from './matcher.ts'
import { parseMatchers } from './matcher-mode.ts'
import { groupKey, routesFor } from './tree.ts'

function parse(text: string, fileName = 'am.yml'): Routing {
  const fetch = (): never => {
    throw new Error('nothing is sent here')
  }
  return parseRouting({ fileName, text }, { clock: new ManualClock(0), fetch })
}

const TREE = `
route:
  receiver: root
  group_by: [team]
  routes:
  - matchers: [severity="page", 'team=~"a|b"']
    receiver: pager
    group_wait: 1s
    routes:
    - match: {env: test}
      receiver: nobody
    - match_re: {service: db.*}
      group_by: ['...']
      continue: true
    - matchers: ['{region!=eu}']
      receiver: us
  - receiver: rest
    matchers: ['"with space"=x']
receivers:
- {name: root}
- {name: pager}
- {name: nobody}
- {name: us}
- {name: rest}
`

test.each([
  [{}, ['root {}']],
  [{ severity: 'page', team: 'c' }, ['root {}']],
  [{ severity: 'page', team: 'a', region: 'eu' }, ['pager {}/{severity="page",team=~"a|b"}']],
  [
    { severity: 'page', team: 'a', env: 'test' },
    ['nobody {}/{severity="page",team=~"a|b"}/{env="test"}'],
  ],
  [
    { severity: 'page', team: 'a', service: 'db1' },
    [
      'pager {}/{severity="page",team=~"a|b"}/{service=~"^(?:^(?:db.*)$)$"}',
      'us {}/{severity="page",team=~"a|b"}/{region!="eu"}',
    ],
  ],
  [{ 'with space': 'x' }, ['rest {}/{"with space"="x"}']],
])('labels %j go to %j', (labels, want) => {
  const routes = routesFor(parse(TREE).root, Labels.of(labels))
  expect(routes.map((route) => `${route.receiver} ${route.key}`)).toEqual(
    want.map((one) => one.replace('^(?:^(?:db.*)$)$', '^(?:db.*)$')),
  )
})

test('a file can be checked alone', () => {
  expect(checkAlertmanagerConfig({ fileName: 'am.yml', text: TREE })).toEqual([])
  const text = 'route: { receiver: nobody }\nreceivers:\n- name: a\n  webhook_configs: [{}]\n'
  expect(checkAlertmanagerConfig({ fileName: 'am.yml', text })).toEqual([
    'line 4: receivers[0].webhook_configs[0]: want exactly one of url and url_file',
    'line 1: route.receiver: there is no receiver "nobody"',
  ])
})

test('settings are inherited, an own list of labels replaces the parent', () => {
  const { root } = parse(TREE)
  const [pager] = root.routes
  expect(pager).toMatchObject({ groupWaitMs: 1000, groupIntervalMs: 300_000 })
  expect([...(pager!.groupBy as ReadonlySet<string>)]).toEqual(['team'])
  expect(pager!.routes[1]).toMatchObject({ groupBy: 'all', groupWaitMs: 1000, receiver: 'pager' })
})

test('group keys are written as Alertmanager writes them', () => {
  const { root } = parse(TREE)
  expect(groupKey(root, Labels.EMPTY)).toBe('{}:{}')
  expect(groupKey(root, Labels.of({ b: 'x "y"\n', a: '1' }))).toBe('{}:{a="1", b="x \\"y\\"\\n"}')
})

test.each([
  ['a=b', '{a="b"}'],
  ['{a="b", c=~"d|e",}', '{a="b",c=~"d|e"}'],
  ['a!="x y"', '{a!="x y"}'],
  ['"a b"!~"[0-9]+"', '{"a b"!~"[0-9]+"}'],
  ['a=', '{a=""}'], // this and the next ones are the older grammar
  ['a=x y', '{a="x y"}'],
  ['a==b', '{a="=b"}'],
  ['{a=b', '{a="b"}'],
  ['foo="\\d"', '{foo="\\\\d"}'], // an escape that only the older grammar lets pass
])('matcher %s reads as %s', (text, want) => {
  expect(showMatchers(parseMatchers(text))).toBe(want)
})

test.each(['a', '=b', '1 a=b', '{a}', 'a=b,c'])('matcher %j is refused', (text) => {
  expect(() => parseMatchers(text)).toThrow()
})

const RECEIVER = 'receivers: [{name: r}]\n'
const webhookOf = (keys: string): string =>
  `route: {receiver: r}\nreceivers:\n- name: r\n  webhook_configs:\n  - ${keys}\n`

/** Each key of a time interval with a value that it does not take. */
function intervalProblems(): [string, string][] {
  const at = 'time_intervals[0].time_intervals[0]'
  const cases = [
    [
      'times: [{start_time: "9:00", end_time: "10:00"}]',
      'times[0].start_time: want a time such as',
    ],
    ['times: [{start_time: "10:00", end_time: "24:01"}]', 'times[0].end_time: want a time such as'],
    ['times: [{start_time: "10:00"}]', 'times[0].end_time: want a time such as'],
    ['times: [{start_time: "10:00", end_time: "10:00"}]', 'times[0]: want a start_time before'],
    ['weekdays: [mon]', 'weekdays[0]: want a weekday such as monday or monday:friday, got "mon"'],
    ['weekdays: ["friday:monday"]', 'weekdays[0]: want an end that is not before the start'],
    ['weekdays: ["monday:tuesday:friday"]', 'weekdays[0]: want a weekday'],
    ['days_of_month: [0]', 'days_of_month[0]: want 1 to 31 or -31 to -1, got 0'],
    ['days_of_month: ["1:32"]', 'days_of_month[0]: want 1 to 31 or -31 to -1, got 32'],
    ['days_of_month: ["-3:3"]', 'days_of_month[0]: want an end from -31 to -1'],
    ['days_of_month: ["-1:-3"]', 'days_of_month[0]: want an end that is not before the start'],
    ['days_of_month: ["29:-1"]', 'days_of_month[0]: want an end that is not before the start'],
    ['months: [sept]', 'months[0]: want a month such as may, 5 or may:august, got "sept"'],
    ['months: ["6:may"]', 'months[0]: want an end that is not before the start'],
    ['years: [x]', 'years[0]: want a year such as 2026 or 2026:2028, got "x"'],
    ['years: ["2027:2026"]', 'years[0]: want an end that is not before the start'],
    ['location: Europe/Nowhere', 'location: want a time zone such as Europe/Berlin, UTC or Local'],
    ['location: "+01:00"', 'location: want a time zone such as Europe/Berlin, UTC or Local'],
    ['weeks: [1]', 'weeks: unknown key'],
  ]
  return cases.map(([keys, want]) => [
    `route: {receiver: r}\n${RECEIVER}time_intervals:\n- name: x\n  time_intervals:\n  - ${keys}\n`,
    `line 6: ${at}.${want}`,
  ])
}

test.each([
  ['', 'am.yml": want a route'],
  ['route: {}', 'the root route must name a receiver'],
  ['route: {receiver: x}\n' + RECEIVER, 'line 1: route.receiver: there is no receiver "x"'],
  ['route: {receiver: r, matchers: [a=b]}\n' + RECEIVER, 'the root route must not have matchers'],
  ['route: {receiver: r, continue: true}\n' + RECEIVER, 'the root route cannot continue'],
  [
    'route: {receiver: r, group_interval: 0s}\n' + RECEIVER,
    'route.group_interval: want more than 0',
  ],
  [
    'route: {receiver: r, group_wait: 5}\n' + RECEIVER,
    'want a duration such as 30s or 1h30m, got "5"',
  ],
  ["route: {receiver: r, group_by: ['...', a]}\n" + RECEIVER, "want '...' alone or label names"],
  ['route: {receiver: r, group_by: [a, a]}\n' + RECEIVER, 'a label is there twice'],
  [
    'route: {receiver: r, routes: [{matchers: [a]}]}\n' + RECEIVER,
    'route.routes[0].matchers[0]: at 1: want an operator',
  ],
  [
    "route: {receiver: r, routes: [{match_re: {a: '('}}]}\n" + RECEIVER,
    'route.routes[0].match_re.a: ',
  ],
  ['route: {receiver: r, recever: x}\n' + RECEIVER, 'line 1: route.recever: unknown key'],
  ['route: {receiver: r}\nreceivers: [{name: r}, {name: r}]', 'receiver "r" is there twice'],
  [
    'route: {receiver: r}\nreceivers:\n- name: r\n  wechat_configs:\n  - api_secret: x',
    'line 5: receivers[0].wechat_configs[0]: want a corp_id here',
  ],
  [
    'route: {receiver: r}\nreceivers:\n- name: r\n  email_configs:\n  - to: a@b\n    from: c@d\n    smarthost: mail',
    'line 7: receivers[0].email_configs[0].smarthost: want host:port, got "mail"',
  ],
  [
    'route: {receiver: r}\nreceivers:\n- name: r\n  email_configs:\n  - {to: a@b, from: c@d, smarthost: "m:25", headers: {to: x, TO: y}}',
    'line 5: receivers[0].email_configs[0].headers.TO: header To is there twice',
  ],
  [
    'route: {receiver: r}\nreceivers:\n- name: r\n  email_configs:\n  - {to: a@b, from: c@d, smarthost: "m:25", html: "{{ if }}"}',
    'line 5: receivers[0].email_configs[0].html: ',
  ],
  [
    'route: {receiver: r}\nreceivers:\n- name: r\n  email_configs:\n  - {to: a@b, from: c@d, smarthost: "m:25", threading: {enabled: true, thread_by_date: weekly}}',
    'line 5: receivers[0].email_configs[0].threading.thread_by_date: want daily or none',
  ],
  [
    'route: {receiver: r}\nreceivers:\n- name: r\n  sns_configs:\n  - topic_arn: a\n    sigv4: {region: r, role_arn: x}',
    'line 6: receivers[0].sns_configs[0].sigv4.role_arn: not supported yet',
  ],
  [
    'route: {receiver: r}\nreceivers:\n- name: r\n  jira_configs:\n  - {project: P, issue_type: T, api_url: "http://j", api_type: server}',
    'line 5: receivers[0].jira_configs[0].api_type: want auto, cloud or datacenter',
  ],
  [
    'route: {receiver: r}\nreceivers:\n- name: r\n  discord_configs:\n  - {webhook_url: "ftp://d"}',
    'line 5: receivers[0].discord_configs[0].webhook_url: want an http or https address',
  ],
  [
    'route: {receiver: r}\nreceivers:\n- name: r\n  telegram_configs:\n  - {bot_token: t, chat_id: x}',
    'line 5: receivers[0].telegram_configs[0].chat_id: want a whole number',
  ],
  [
    "route: {receiver: r}\ninhibit_rules:\n- source_matchers: ['a']\n" + RECEIVER,
    'line 3: inhibit_rules[0].source_matchers[0]: ',
  ],
  [
    'route: {receiver: r}\ninhibit_rules:\n- target_match: {a-b: x}\n' + RECEIVER,
    'line 3: inhibit_rules[0].target_match.a-b: want a label name, got "a-b"',
  ],
  [
    "route: {receiver: r}\ninhibit_rules:\n- target_match_re: {a: '('}\n" + RECEIVER,
    'line 3: inhibit_rules[0].target_match_re.a: ',
  ],
  [
    'route: {receiver: r}\ninhibit_rules: [{equal: [""]}]\n' + RECEIVER,
    'line 2: inhibit_rules[0].equal[0]: want a label name, got ""',
  ],
  [
    'route: {receiver: r}\ninhibit_rules: [{sources: x}]\n' + RECEIVER,
    'inhibit_rules[0].sources: unknown key',
  ],
  [
    'route: {receiver: r, routes: [{mute_time_intervals: [x]}]}\n' + RECEIVER,
    'route.routes[0].mute_time_intervals[0]: there is no time interval "x"',
  ],
  [
    'route: {receiver: r, routes: [{active_time_intervals: [x]}]}\n' + RECEIVER,
    'route.routes[0].active_time_intervals[0]: there is no time interval "x"',
  ],
  [
    'route: {receiver: r, mute_time_intervals: [x]}\ntime_intervals: [{name: x}]\n' + RECEIVER,
    'route.mute_time_intervals: the root route must not have mute_time_intervals',
  ],
  [
    'route: {receiver: r, active_time_intervals: [x]}\ntime_intervals: [{name: x}]\n' + RECEIVER,
    'route.active_time_intervals: the root route must not have active_time_intervals',
  ],
  [
    'route: {receiver: r}\ntime_intervals: [{time_intervals: []}]\n' + RECEIVER,
    'line 2: time_intervals[0]: a time interval must have a name',
  ],
  [
    'route: {receiver: r}\ntime_intervals: [{name: x}]\nmute_time_intervals: [{name: x}]\n' +
      RECEIVER,
    'line 2: time_intervals[0].name: time interval "x" is there twice',
  ],
  ...intervalProblems(),
  [
    'route: {receiver: r, labels: {a: "{{ nope }}"}}\n' + RECEIVER,
    'route.labels.a: template: :1: function "nope" not defined',
  ],
  ['route: {receiver: r, group_by: [""]}\n' + RECEIVER, 'route.group_by[0]: want a label name'],
  ['route: {receiver: r}\ntracing: {endpoint: x}\n' + RECEIVER, 'tracing: not supported yet'],
  [
    'route: {receiver: r}\nevent_recorder: {outputs: [x]}\n' + RECEIVER,
    'event_recorder: not supported yet',
  ],
  ['route: {receiver: r}\nstrict_compat: yes\n' + RECEIVER, 'strict_compat: want true or false'],
  [
    'route: {receiver: r}\nreceivers:\n- name: r\n  nope_configs: []',
    'line 4: receivers[0].nope_configs: unknown key',
  ],
  [webhookOf('{}'), 'want exactly one of url and url_file'],
  [webhookOf('{url: "http://a", url_file: b}'), 'want exactly one of url and url_file'],
  [webhookOf('{url: "ftp://user:secret@x"}'), 'want an http or https address'],
  [webhookOf('{url: "http://{{ nope }}"}'), 'function "nope" not defined'],
  [
    webhookOf('{url: "http://a", http_config: {tls_config: {cert_file: x}}}'),
    'want key or key_file beside the certificate',
  ],
  [
    'route: {receiver: r}\nreceivers: [{name: r, pagerduty_configs: [{}]}]',
    'want one of routing_key, routing_key_file, service_key, service_key_file',
  ],
  [
    'route: {receiver: r}\nreceivers: [{name: r, pagerduty_configs: [{service_key: x, service_key_file: y}]}]',
    'want at most one of service_key and service_key_file',
  ],
  [
    'route: {receiver: r}\nreceivers:\n- name: r\n  webhook_configs:\n  - url: http://r/\n    payload:\n      a: [{b: "{{ .Open"}]',
    'line 7: receivers[0].webhook_configs[0].payload.a[0].b: ',
  ],
  [
    'route: {receiver: r}\nreceivers:\n- name: r\n  pagerduty_configs:\n  - routing_key: x\n    description: "{{ nope }}"',
    'line 6: receivers[0].pagerduty_configs[0].description: ',
  ],
])('%j is refused and told where', (text, want) => {
  expect(() => parse(text)).toThrow(want)
  expect(() => parse(text)).not.toThrow('secret')
})

test('templates are read from beside the file, and their mistakes told', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-templates-'))
  const config = 'route: {receiver: r}\ntemplates: ["*.tmpl"]\n' + RECEIVER
  writeFileSync(join(folder, 'a.tmpl'), '{{ define "x" }}y{{ end }}')
  expect(() => parse(config, join(folder, 'am.yml'))).not.toThrow()
  writeFileSync(join(folder, 'b.tmpl'), '{{ define "x" }}')
  expect(() => parse(config, join(folder, 'am.yml'))).toThrow(
    'templates: template: b.tmpl:1: unexpected EOF',
  )
  rmSync(folder, { recursive: true })
})
