import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type RunningAlertmanager,
  startAlertmanager,
  startWeirRouting,
} from './testing/alertmanagers.ts'
import { findPeer } from './testing/peers.ts'

const alertmanager = findPeer('prometheus-alertmanager')
const amtool = findPeer('amtool')

const CONFIG = `
global: {resolve_timeout: 10m, slack_api_url: 'https://hooks.slack.example/secret', opsgenie_api_url: 'https://u:p@opsgenie.example/?a=b'}
route:
  receiver: all
  group_by: [job]
  group_wait: 1h
  routes:
  - matchers: [severity="page"]
    receiver: pager
    continue: true
  - matchers: ['team=~"a|b"']
    receiver: team
    group_by: ['...']
receivers:
- name: all
- name: pager
  webhook_configs: [{url: 'http://127.0.0.1:9/secret'}]
- name: team
  pagerduty_configs: [{routing_key: secret, url: 'https://pagerduty.example/v2'}]
`

const FROM = '2026-01-01T00:00:00Z'
const FAR = '2099-01-01T00:00:00Z'

const ALERTS = [
  { labels: { alertname: 'A', severity: 'page', job: 'x' }, annotations: { summary: 'a "b" <c>' } },
  { labels: { alertname: 'B', team: 'a', job: 'y', empty: '' }, generatorURL: 'http://g/?a=b&c' },
  { labels: { alertname: 'C', team: 'b', severity: 'page' } },
  { labels: { alertname: 'D', job: 'x', 'odd name': 'é\n"' } },
].map((alert) => ({ ...alert, startsAt: FROM, endsAt: FAR }))

const SILENCE = {
  matchers: [{ name: 'alertname', value: 'A|C', isRegex: true }],
  startsAt: FROM,
  endsAt: FAR,
  createdBy: 'ann',
  comment: 'why not',
  annotations: { ticket: '7' },
}

const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g

/** One of the two, with the ids of its silences by order of coming. */
class Side {
  readonly url: string
  readonly #ids: string[] = []

  constructor(url: string) {
    this.url = url
  }

  /** `#1` in a path or body is the first silence's id, here and in the answer. */
  async ask(method: string, path: string, body?: unknown): Promise<string> {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const reply = await fetch(this.url + this.given(path), {
      method,
      ...(text === undefined
        ? {}
        : { body: this.given(text), headers: { 'content-type': 'application/json' } }),
    })
    const said = await reply.text()
    expect(reply.headers.get('cache-control')).toBe('no-store')
    return `${reply.status} ${reply.ok ? this.comparable(said) : shapeOf(said)}`
  }

  given(text: string): string {
    return text.replaceAll(/#(\d)/g, (_, n: string) => this.#ids[Number(n) - 1] ?? `#${n}`)
  }

  /** Without ids, versions and the moments of the run; keys sorted. */
  comparable(said: string): string {
    const named = said.replaceAll(UUID, (id) => {
      if (!this.#ids.includes(id)) this.#ids.push(id)
      return `#${this.#ids.indexOf(id) + 1}`
    })
    if (!/^[[{]/.test(named)) return named.trim()
    return JSON.stringify(sortKeys(JSON.parse(named)), undefined, 1)
  }
}

const OF_THE_RUN = new Set(['updatedAt', 'uptime', 'versionInfo', 'config', 'routeLabels'])

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([key]) => !OF_THE_RUN.has(key))
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sortKeys(item)]),
  )
}

/** What kind of refusal: a JSON string, a code, nothing. The words are Weir's own. */
function shapeOf(said: string): string {
  if (said.trim() === '') return 'a sentence' // a 404 of Alertmanager has no body, Weir's says what is missing
  const value: unknown = JSON.parse(said)
  return typeof value === 'string' ? 'a sentence' : `code ${(value as { code: number }).code}`
}

describe.skipIf(alertmanager === undefined || amtool === undefined)(
  'as Alertmanager answers',
  () => {
    let running: RunningAlertmanager[]
    let real: Side
    let weir: Side
    let folder: string

    beforeAll(async () => {
      running = [await startAlertmanager(alertmanager!, CONFIG), await startWeirRouting(CONFIG)]
      const [first, second] = running.map(({ url }) => new Side(url))
      real = first!
      weir = second!
      folder = await mkdtemp(join(tmpdir(), 'weir-amtool-'))
    })

    afterAll(async () => {
      for (const one of running) await one[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    })

    /** In this order: each stands on what those before it left. */
    const REQUESTS: readonly (readonly [method: string, path: string, body?: unknown])[] = [
      ['GET', '/api/v2/status'],
      ['GET', '/api/v2/receivers'],
      ['GET', '/api/v2/receivers?receiver_matchers=name=~"p.*|t.*"'],
      ['GET', '/api/v2/alerts'],
      ['GET', '/api/v2/alerts/groups'],
      ['GET', '/api/v2/silences'],
      ['POST', '/api/v2/alerts', ALERTS],
      ['POST', '/api/v2/alerts', []],
      [
        'POST',
        '/api/v2/alerts',
        [{ labels: {} }, { labels: { alertname: 'E' }, endsAt: FAR, startsAt: FROM }],
      ],
      ['POST', '/api/v2/alerts', [{ labels: { a: 'b' }, startsAt: FAR, endsAt: FROM }]],
      ['POST', '/api/v2/alerts', [{ labels: { a: '' } }]],
      [
        'POST',
        '/api/v2/alerts',
        [{ labels: { alertname: 'over' }, startsAt: FROM, endsAt: '2026-01-02T00:00:00Z' }],
      ],
      ['POST', '/api/v2/alerts', [{ annotations: {} }]],
      ['POST', '/api/v2/alerts', [{ labels: { a: 1 } }]],
      ['POST', '/api/v2/alerts', [{ labels: { a: 'b' }, startsAt: 'yesterday' }]],
      ['POST', '/api/v2/alerts', {}],
      ['POST', '/api/v2/alerts', '[{'],
      ['GET', '/api/v2/alerts'],
      ['GET', '/api/v2/alerts/groups'],
      ['GET', '/api/v2/alerts?filter=team="a"&filter=alertname!="A"'],
      ['GET', '/api/v2/alerts?filter="odd name"=~".*"&filter=severity=""'],
      ['GET', '/api/v2/alerts?filter=severity='],
      ['GET', '/api/v2/alerts?filter=foo'],
      ['GET', '/api/v2/alerts?filter={a="b"}'],
      ['GET', '/api/v2/alerts?receiver=pag.*'],
      ['GET', '/api/v2/alerts?receiver=pag'],
      ['GET', '/api/v2/alerts?receiver=('],
      ['GET', '/api/v2/alerts?receiver_matchers=name="team"'],
      ['GET', '/api/v2/alerts?receiver_matchers=x'],
      ['GET', '/api/v2/alerts?receiver=pager&receiver_matchers=name="team"'],
      ['GET', '/api/v2/alerts/groups?receiver=team&filter=team="b"'],
      ['GET', '/api/v2/alerts/groups?receiver=pager|team&receiver_matchers=name="team"'],
      ['GET', '/api/v2/alerts/groups?filter=nobody="x"'],
      ['GET', '/api/v2/alerts?active=false'],
      ['GET', '/api/v2/alerts?active=no&silenced=YES'],
      ['POST', '/api/v2/silences', SILENCE],
      ['GET', '/api/v2/silences'],
      ['GET', '/api/v2/silence/#1'],
      ['GET', '/api/v2/alerts'],
      ['GET', '/api/v2/alerts?silenced=false'],
      ['GET', '/api/v2/alerts?active=false'],
      ['GET', '/api/v2/alerts/groups?silenced=false'],
      ['POST', '/api/v2/silences', { ...SILENCE, id: '#1', endsAt: '2098-01-01T00:00:00Z' }],
      [
        'POST',
        '/api/v2/silences',
        {
          ...SILENCE,
          startsAt: '2098-01-01T00:00:00Z',
          matchers: [{ name: 'a', value: 'b', isRegex: false, isEqual: false }],
        },
      ],
      ['GET', '/api/v2/silences'],
      ['GET', '/api/v2/silences?filter=alertname=~"A|C"'],
      ['GET', '/api/v2/silences?filter=alertname="A|C"'],
      ['GET', '/api/v2/silences?filter=a!="b"'],
      ['GET', '/api/v2/silences?filter=a'],
      ['POST', '/api/v2/silences', {}],
      ['POST', '/api/v2/silences', ''],
      ['POST', '/api/v2/silences', { ...SILENCE, matchers: [] }],
      [
        'POST',
        '/api/v2/silences',
        { ...SILENCE, matchers: [{ name: 'a', value: '', isRegex: false }] },
      ],
      [
        'POST',
        '/api/v2/silences',
        { ...SILENCE, matchers: [{ name: 'a', value: '(', isRegex: true }] },
      ],
      ['POST', '/api/v2/silences', { ...SILENCE, startsAt: FAR, endsAt: FAR }],
      ['POST', '/api/v2/silences', { ...SILENCE, endsAt: '2026-01-02T00:00:00Z' }],
      ['POST', '/api/v2/silences', { ...SILENCE, id: '0c1d7b1e-0e2d-4b8c-9d0e-1f2a3b4c5d6e' }],
      ['GET', '/api/v2/silence/0c1d7b1e-0e2d-4b8c-9d0e-1f2a3b4c5d6e'],
      ['GET', '/api/v2/silence/xyz'],
      ['DELETE', '/api/v2/silence/xyz'],
      ['DELETE', '/api/v2/silence/0c1d7b1e-0e2d-4b8c-9d0e-1f2a3b4c5d6e'],
      ['DELETE', '/api/v2/silence/#1'],
      ['DELETE', '/api/v2/silence/#1'],
      ['GET', '/api/v2/silences'],
      ['GET', '/api/v2/alerts?silenced=false&filter=alertname="A"'],
    ]

    test('the same requests get the same answers, one after the other', async () => {
      for (const [method, path, body] of REQUESTS) {
        const want = `${method} ${path} ${JSON.stringify(body)}\n${await real.ask(method, path, body)}`
        const got = `${method} ${path} ${JSON.stringify(body)}\n${await weir.ask(method, path, body)}`
        expect(moments(got)).toBe(moments(want))
      }
    })

    async function run(side: Side, args: readonly string[]): Promise<string> {
      const all = args.map((arg) => side.given(arg))
      const where = all[0] === 'check-config' ? [] : [`--alertmanager.url=${side.url}`]
      const said = await promisify(execFile)(amtool!, [
        ...where,
        ...all,
        '--no-version-check',
      ]).then(
        ({ stdout }) => stdout,
        (failure: { readonly stderr: string }) => `failed: ${/\[\d+\]/.exec(failure.stderr)?.[0]}`,
      )
      return side.comparable(said)
    }

    /** In this order, as above. */
    const COMMANDS: readonly (readonly string[])[] = [
      ['cluster', 'show'],
      [
        'alert',
        'add',
        'alertname=F',
        'team=a',
        '--annotation=summary=s',
        `--start=${FROM}`,
        `--end=${FAR}`,
      ],
      ['alert', 'query', '-o', 'extended'],
      ['alert', 'query', 'F', '-o', 'json'],
      ['alert', 'query', 'team=~"a|b"', 'alertname!=F'],
      ['alert', 'query', '--receiver=pager'],
      ['silence', 'add', 'F', 'team=~"a.*"', '--author=ann', '--comment=c', `--end=${FAR}`],
      ['silence', 'query', '-q'],
      ['silence', 'query', '-q', 'alertname=F'],
      ['alert', 'query', '--silenced'],
      ['silence', 'update', '#3', '--duration=1h', '--comment=d', '-q'],
      ['silence', 'query', '--id=#3', '-q'],
      ['silence', 'expire', '#3'],
      ['silence', 'query', '-q'],
      ['silence', 'query', '--expired', '--within=1h', '-q'],
      ['silence', 'add', 'a=', '--author=ann', '--comment=c'],
      ['config', 'routes', 'show'],
      ['config', 'routes', 'test', 'severity=page', 'team=a'],
      ['config', 'routes', 'test', 'team=c'],
    ]

    test('amtool prints the same', { timeout: 20_000 }, async () => {
      for (const args of COMMANDS) {
        const [want, got] = await Promise.all([run(real, args), run(weir, args)])
        expect(`${args.join(' ')}\n${moments(got)}`).toBe(`${args.join(' ')}\n${moments(want)}`)
      }
    })

    test('amtool imports silences', async () => {
      const file = join(folder, 'silences.json')
      await writeFile(
        file,
        JSON.stringify([
          { ...SILENCE, comment: 'imported' },
          { ...SILENCE, comment: 'imported too' },
        ]),
      )
      for (const side of [real, weir]) {
        await run(side, ['silence', 'import', file])
        const listed = await side.ask('GET', '/api/v2/silences')
        expect(listed).toContain('"comment": "imported"')
        expect(listed).toContain('"comment": "imported too"')
      }
    })

    test('what amtool is shown of the config holds no secret', async () => {
      const reply = await fetch(`${weir.url}/api/v2/status`)
      const { config } = (await reply.json()) as { readonly config: { readonly original: string } }
      expect(config.original).not.toMatch(/secret\b(?!>)|u:p/)
      expect(config.original).toContain('opsgenie_api_url: https://opsgenie.example/\n')
    })
  },
)

test('what Alertmanager 0.33 does not know yet: silences by state; what Weir adds: a preview', async () => {
  await using weir = await startWeirRouting(CONFIG)
  const side = new Side(weir.url)
  await side.ask('POST', '/api/v2/alerts', ALERTS)
  await side.ask('POST', '/api/v2/silences', SILENCE)
  await side.ask('POST', '/api/v2/silences', { ...SILENCE, startsAt: '2098-01-01T00:00:00Z' })
  await side.ask('POST', '/api/v2/silences', SILENCE)
  await side.ask('DELETE', '/api/v2/silence/#3')
  const states = async (query: string): Promise<string[]> => {
    const reply = await fetch(`${weir.url}/api/v2/silences?${query}`)
    const silences = (await reply.json()) as { readonly status: { readonly state: string } }[]
    return silences.map(({ status }) => status.state)
  }
  expect(await states('')).toEqual(['active', 'pending', 'expired'])
  expect(await states('active=false')).toEqual(['pending', 'expired'])
  expect(await states('pending=false&expired=false')).toEqual(['active'])
  const preview = await fetch(`${weir.url}/api/weir/v1/silences/preview?matcher=severity=page`)
  expect(await preview.json()).toEqual({
    alerts: 2,
    of: 4,
    alreadySilenced: 2,
    examples: [
      { alertname: 'A', job: 'x', severity: 'page' },
      { alertname: 'C', severity: 'page', team: 'b' },
    ],
  })
})

test.each<[string, [string, string][]]>([
  ['alerts', [['filter', 'a=~"(x?){1000}(x?){1000}(x?){1000}"']]],
  ['alerts', [['filter', String.raw`a=~"(x?){1000}(x?){1000}(x?)\x7b1000\x7d"`]]],
  ['alerts', [['receiver', '.{900}'.repeat(10)]]],
  ['alerts/groups', [['filter', `a=~"${'.b'.repeat(4097)}"`]]],
  [
    'silences',
    [
      ['filter', 'a=~"(x?){1000}"'],
      ['filter', 'b=~"(y?){1000}"'],
      ['filter', 'c=~".{300}"'],
    ],
  ],
  ['receivers', [['receiver_matchers', 'a=~"(x?){1000}(x?){1000}(x?){1000}"']]],
  ['../weir/v1/silences/preview', [['matcher', 'a=~"(x?){1000}(x?){1000}(x?){1000}"']]],
])('%s with expressions beyond the limit is refused: %j', async (path, params) => {
  await using weir = await startWeirRouting(CONFIG)
  const answer = await fetch(`${weir.url}/api/v2/${path}?${new URLSearchParams(params).toString()}`)
  expect([answer.status, await answer.text()]).toEqual([
    400,
    expect.stringContaining('notifications.max_matcher_bytes'),
  ])
})

test('a silence with an expression beyond the limit is refused as Alertmanager refuses', async () => {
  await using weir = await startWeirRouting(CONFIG)
  const matchers = [{ name: 'a', value: '(x?){900}'.repeat(3), isRegex: true }]
  const answer = await fetch(`${weir.url}/api/v2/silences`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...SILENCE, matchers }),
  })
  expect([answer.status, await answer.json()]).toEqual([
    400,
    expect.stringMatching(/^Cannot use regular expressions as long as these: want at most 8192/),
  ])
})

test('requests of Grafana are answered as from an Alertmanager, and not as from Cortex', async () => {
  await using weir = await startWeirRouting(CONFIG)
  const statusOf = async (path: string, init?: RequestInit): Promise<number> =>
    (await fetch(weir.url + path, init)).status
  // Its test of a data source: the first must fail, the second must not.
  expect(await statusOf('/alertmanager/api/v2/status')).toBe(404)
  expect(await statusOf('/api/v2/status')).toBe(200)
  // Its pages: silences, groups and their alerts, receivers; making and ending a silence.
  expect(await statusOf('/api/v2/silences?accesscontrol=true&ruleMetadata=true')).toBe(200)
  const groups = '/api/v2/alerts/groups?silenced=true&active=true&inhibited=true'
  expect(await statusOf(`${groups}&filter=${encodeURIComponent('a="b"')}`)).toBe(200)
  expect(await statusOf('/api/v2/alerts?filter=a%3D%22b%22')).toBe(200)
  expect(await statusOf('/api/v2/receivers')).toBe(200)
  const headers = { 'content-type': 'application/json; charset=utf-8' }
  const body = JSON.stringify(SILENCE)
  const made = await fetch(`${weir.url}/api/v2/silences`, { method: 'POST', headers, body })
  const { silenceID: id } = (await made.json()) as { readonly silenceID: string }
  expect(await statusOf(`/api/v2/silence/${id}`)).toBe(200)
  expect(await statusOf(`/api/v2/silence/${id}`, { method: 'DELETE' })).toBe(200)
})

/** Times that are not those of the requests are moments of the run. */
function moments(text: string): string {
  // amtool prints the address of an id in its memory at one place.
  const quiet = text.replaceAll(/0x[\da-f]+/g, '0x')
  return quiet.replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| UTC)/g, (time) =>
    /^2026-01-0|^209/.test(time) ? time : 'T',
  )
}
