import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Registry, connectLevels, exportMetrics, otlp, remoteWrite, setupLogging } from '@weir/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PeerProcess, findPeer, startPeer } from './peer-process.ts'
import { startPrometheus } from './prometheus-peer.ts'
import { openWay } from './two-weirs.ts'
import {
  type Receiver,
  type WeirProcess,
  eventually,
  startReceiver,
  startWeir,
  value,
  weir,
} from './weir-process.ts'

/**
 * Chains that users build, with a Weir at one end that asks everybody who he is and speaks TLS: each way in and out is
 * gone with real programs, with a token of the scope that docs/access.md names and no more.
 */
const TLS = join(import.meta.dirname, '../fixtures/tls')
const SECRET = 'a bootstrap secret of more than 32 letters'
/** Of "secret", at the lowest cost. */
const HASH = '$2b$04$txxILQtntyYHuu8aeNCvuuxlc5APa1g.tFI938vKw0lt4BaCxqYj2'
const CA = readFileSync(join(TLS, 'ca.pem'), 'utf8')
const run = promisify(execFile)

let folder: string
let hub: WeirProcess
let told: Receiver
const file = (name: string): string => join(folder, name)
const host = (): string => new URL(hub.web).host

/** Asks over TLS as whoever the header says. */
function ask(
  path: string,
  authorization: string,
  { method = 'GET', body = '' } = {},
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const type = body.startsWith('{') ? { 'content-type': 'application/json' } : {}
    const headers = { authorization, ...type }
    const asked = request(new URL(path, hub.web), { method, ca: CA, headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => (text += part))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

const bearer = (scope: string): string => `Bearer ${readFileSync(file(scope), 'utf8')}`

/** What the hub has of an expression. */
async function atHub(expr: string, authorization = bearer('read')): Promise<number | undefined> {
  const path = `/api/v1/query?query=${encodeURIComponent(expr)}`
  const { status, text } = await ask(path, authorization)
  if (status !== 200) throw new Error(`the hub answers ${status}: ${text}`)
  const { data } = JSON.parse(text) as {
    readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] }
  }
  const number = data.result[0]?.value[1]
  return number === undefined ? undefined : Number(number)
}

async function makeToken(name: string, ...scopes: readonly string[]): Promise<string> {
  const body = JSON.stringify({ name, scopes })
  const made = await ask('/api/weir/v1/tokens', `Bearer ${SECRET}`, { method: 'POST', body })
  return (JSON.parse(made.text) as { readonly token: string }).token
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weir-chains-'))
  writeFileSync(file('bootstrap'), SECRET)
  const pair = `cert_file: ${TLS}/server.pem, key_file: ${TLS}/server-key.pem`
  const clients = `client_ca_file: ${TLS}/ca.pem, client_auth_type: VerifyClientCertIfGiven`
  writeFileSync(
    file('web.yml'),
    `tls_server_config: { ${pair}, ${clients} }\nbasic_auth_users: { ann: ${HASH} }\n`,
  )
  told = await startReceiver()
  hub = await startWeir({
    config: `
packs: { disabled: [weir] }
web: { config_file: ${file('web.yml')} }
auth:
  bootstrap_token_file: ${file('bootstrap')}
  users: { ann: [read] }
  certificates: [{ name: client.test, scopes: [ingest] }]
alertmanager:
  route: { receiver: hook, group_by: [alertname], group_wait: 0s }
  receivers: [{ name: hook, webhook_configs: [{ url: '${told.url}' }] }]
global: { scrape_interval: 1s }
`,
  })
  for (const scope of ['ingest', 'read', 'write']) {
    writeFileSync(file(scope), await makeToken(scope, scope))
  }
  writeFileSync(file('both'), await makeToken('both', 'ingest', 'read'))
  const only = `only_at_hub{job="hub"} 7\n`
  await ask('/metrics/job/hub', bearer('ingest'), { method: 'PUT', body: only })
  const values = [[`${Date.now()}000000`, 'only the hub has this line']]
  const lines = JSON.stringify({ streams: [{ stream: { job: 'hub' }, values }] })
  const pushed = await ask('/loki/api/v1/push', bearer('ingest'), { method: 'POST', body: lines })
  expect(pushed).toEqual({ status: 204, text: '' })
  // Of what speaks to the hub, as Prometheus's programs have it.
  for (const scope of ['ingest', 'read', 'write']) writeFileSync(file(`${scope}.yml`), http(scope))
})

afterAll(async () => {
  await hub?.[Symbol.asyncDispose]()
  await told?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

const http = (scope: string): string =>
  `authorization: { credentials_file: ${file(scope)} }\ntls_config: { ca_file: ${TLS}/ca.pem }\n`
/** The same within a list. */
const inList = (scope: string): string => http(scope).trimEnd().replaceAll('\n', '\n    ')

const QUIET = 'packs: { disabled: [weir] }\n'
const OWN = (site: string): string => `
global: { scrape_interval: 1s, external_labels: { site: ${site} } }
`
const writing = (site: string, how: string): string => `${OWN(site)}
remote_write:
  - url: ${hub.web}/api/v1/write
    ${how}
`
const SELF = (target: string): string => `
scrape_configs: [{ job_name: self, static_configs: [{ targets: ['${target}'] }] }]
`
const CERTIFICATE = `tls_config: { ca_file: ${TLS}/ca.pem, cert_file: ${TLS}/client.pem, key_file: ${TLS}/client-key.pem }`
const FIRING = (name: string): string => `
groups: [{ name: g, interval: 1s, rules: [{ alert: ${name}, expr: vector(1) }] }]
`
const alerting = (): string => `
rule_files: [${file('rules.yml')}]
alerting:
  alertmanagers:
  - scheme: https
    static_configs: [{ targets: ['${host()}'] }]
    ${inList('ingest')}
`

/** What comes in, by whom: something starts, and a while later the hub has what it sends. */
describe('into a Weir that asks who comes', () => {
  interface Way {
    readonly name: string
    readonly peer?: string
    readonly start: () => Promise<AsyncDisposable>
    /** Undefined until it is there. */
    readonly proof: () => Promise<number | undefined>
  }
  const WAYS: readonly Way[] = [
    {
      name: 'Weir writes on',
      start: () => startWeir({ config: `${QUIET}${writing('weir', inList('ingest'))}` }),
      proof: () => atHub('up{job="weir",site="weir"}'),
    },
    {
      name: 'Weir writes on with a client certificate alone',
      start: () => startWeir({ config: `${QUIET}${writing('certificate', CERTIFICATE)}` }),
      proof: () => atHub('up{job="weir",site="certificate"}'),
    },
    {
      name: 'Weir sends alerts',
      start: async () => {
        writeFileSync(file('rules.yml'), FIRING('OfWeir'))
        return startWeir({ config: `${QUIET}${OWN('a')}${alerting()}` })
      },
      proof: async () => (JSON.stringify(told.bodies).includes('"OfWeir"') ? 1 : undefined),
    },
    {
      name: 'Prometheus writes',
      peer: 'prometheus',
      start: () =>
        startPrometheus(`${writing('prometheus', inList('ingest'))}${SELF('127.0.0.1:PORT')}`),
      proof: () => atHub('up{job="self",site="prometheus"}'),
    },
    {
      name: 'Prometheus sends alerts',
      peer: 'prometheus',
      start: async () => {
        writeFileSync(file('rules.yml'), FIRING('OfPrometheus'))
        return startPrometheus(`${OWN('a')}${alerting()}`)
      },
      proof: async () => (JSON.stringify(told.bodies).includes('"OfPrometheus"') ? 1 : undefined),
    },
    {
      name: 'vmagent writes',
      peer: 'vmagent',
      start: () =>
        startPeer({
          program: findPeer('vmagent')!,
          config: `${OWN('vmagent')}${SELF('127.0.0.1:PORT')}`,
          args: ({ folder: own, config, port }) => [
            `-promscrape.config=${config}`,
            `-httpListenAddr=127.0.0.1:${port}`,
            `-remoteWrite.url=${hub.web}/api/v1/write`,
            `-remoteWrite.bearerTokenFile=${file('ingest')}`,
            `-remoteWrite.tlsCAFile=${TLS}/ca.pem`,
            `-remoteWrite.tmpDataPath=${own}/queue`,
            '-remoteWrite.forcePromProto=true',
          ],
          readyPath: '/health',
        }),
      proof: () => atHub('up{job="self",site="vmagent"}'),
    },
    {
      name: 'Telegraf writes',
      peer: 'telegraf',
      start: () =>
        startPeer({
          program: findPeer('telegraf')!,
          config: `
[agent]
  interval = "1s"
  flush_interval = "1s"
[[inputs.mem]]
[[outputs.influxdb_v2]]
  urls = ["${hub.web}"]
  token = "${readFileSync(file('ingest'), 'utf8')}"
  organization = "o"
  bucket = "b"
  tls_ca = "${TLS}/ca.pem"
[[outputs.prometheus_client]]
  listen = "127.0.0.1:PORT"
`,
          args: ({ config }) => ['--config', config],
          readyPath: '/metrics',
        }),
      proof: () => atHub('count({__name__=~"mem.*"})'),
    },
    {
      name: 'the SDK pushes metrics, logs and levels',
      start: async () => {
        const token = { file: file('ingest') }
        const where = { url: hub.web, token, tls: { ca: CA }, flushTimeoutMs: 60_000 }
        const source = new Registry()
        source.gauge({ name: 'of_the_sdk', help: '', labels: [] }).set(3)
        const outputs = [remoteWrite(where), otlp(where)]
        const metrics = exportMetrics({ source, outputs, intervalMs: 500 })
        const logging = setupLogging({ console: false, service: 'chain', weir: where })
        const levels = connectLevels({ weir: hub.web, ...where, service: 'chain' })
        return {
          async [Symbol.asyncDispose]() {
            expect(levels.state()).toEqual({ isConnected: true, problem: undefined })
            await Promise.all([metrics.close(), logging.close(), levels.close()])
            for (const { sent, dropped } of Object.values(metrics.stats())) {
              expect([sent > 0, dropped]).toEqual([true, 0])
            }
            expect(logging.stats().destinations[0]).toMatchObject({ dropped: 0, failures: 0 })
          },
        }
      },
      proof: () => atHub('of_the_sdk'),
    },
  ]
  test.each(WAYS)('$name', { timeout: 180_000 }, async ({ peer, start, proof, name }) => {
    if (peer !== undefined && findPeer(peer) === undefined) return
    await using _ = await start()
    expect(await eventually(name, proof, 120_000)).toBeGreaterThan(0)
  })

  test(
    'a token that is exchanged costs Weir nothing that it sends',
    { timeout: 240_000 },
    async () => {
      writeFileSync(file('own'), await makeToken('own', 'ingest'))
      const config = `${QUIET}${writing('own', inList('own'))}`
      await using sender = await startWeir({ config })
      const first = 'up{job="weir",site="own"}'
      await eventually('the first samples', () => atHub(first))
      const revoke = { method: 'DELETE' }
      const revoked = await ask('/api/weir/v1/tokens/own', `Bearer ${SECRET}`, revoke)
      expect(revoked.status).toBe(200)
      // Wrong ones slow its address down, too.
      await eventually('refusals', async () => {
        const retries = await value(
          sender.web,
          'sum(weir_remote_write_out_requests_total{outcome="retry"})',
        )
        return retries !== undefined && retries >= 8
      })
      writeFileSync(file('own'), await makeToken('own', 'ingest'))
      const lag = 'max(weir_remote_write_out_pending_samples)'
      await eventually('all of it', async () => ((await value(sender.web, lag)) ?? 1e9) < 500)
      expect(await value(sender.web, 'sum(weir_remote_write_out_failed_total)')).toBe(0)
      // What the sender has of the time in which it was not let in, the hub has.
      const time = Date.now() / 1000
      const own = first.replace(',site="own"', '')
      const had = await value(sender.web, `count_over_time(${own}[1m] @ ${time})`)
      expect(had).toBeGreaterThan(1)
      const there = `count_over_time(${first}[1m] @ ${time})`
      await eventually('as many at the hub', async () => (await atHub(there)) === had)
    },
  )
})

/** What asks the hub: programs end well, and servers have afterwards what only the hub had. */
describe('out of a Weir that asks who comes', () => {
  interface Question {
    readonly name: string
    readonly peer?: string
    readonly args: () => readonly string[]
    readonly says: RegExp
  }
  const QUESTIONS: readonly Question[] = [
    {
      name: 'promtool queries',
      peer: 'promtool',
      args: () => [
        'query',
        'instant',
        '--http.config.file',
        file('read.yml'),
        hub.web,
        'only_at_hub',
      ],
      says: /only_at_hub\{.*\} => 7/,
    },
    {
      name: 'amtool lists alerts',
      peer: 'amtool',
      args: () => [
        `--alertmanager.url=${hub.web}`,
        `--http.config.file=${file('read.yml')}`,
        'alert',
        'query',
      ],
      says: /Alertname/,
    },
    {
      name: 'amtool makes a silence',
      peer: 'amtool',
      args: () => [
        `--alertmanager.url=${hub.web}`,
        `--http.config.file=${file('write.yml')}`,
        'silence',
        'add',
        '--comment=c',
        '--author=a',
        'alertname=x',
      ],
      says: /^[\da-f-]{36}/,
    },
    {
      name: 'logcli asks for lines',
      peer: 'logcli',
      args: () => [
        `--addr=${hub.web}`,
        `--bearer-token-file=${file('read')}`,
        `--ca-cert=${TLS}/ca.pem`,
        'query',
        '--quiet',
        '--output=raw',
        '{job="hub"}',
      ],
      says: /^only the hub has this line$/m,
    },
    {
      name: 'logcli asks for labels',
      peer: 'logcli',
      args: () => [
        `--addr=${hub.web}`,
        `--bearer-token-file=${file('read')}`,
        `--ca-cert=${TLS}/ca.pem`,
        'labels',
        '--quiet',
        'job',
      ],
      says: /^hub$/m,
    },
  ]
  test.each(QUESTIONS)('$name', async ({ peer, args, says }) => {
    const program = findPeer(peer ?? '')
    if (program === undefined) return
    const { stdout } = await run(program, [...args()])
    expect(stdout).toMatch(says)
  })

  test('Grafana asks with user and password, or with a token as password', async () => {
    const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`
    expect(await atHub('only_at_hub', basic('ann:secret'))).toBe(7)
    const token = readFileSync(file('read'), 'utf8')
    expect(await atHub('only_at_hub', basic(`any:${token}`))).toBe(7)
    const wrong = await ask('/api/v1/query?query=up', basic('ann:wrong'))
    expect(wrong.status).toBe(401)
  })

  const SCRAPES = (): string => `
global: { scrape_interval: 1s }
scrape_configs:
  - job_name: hub
    scheme: https
    static_configs: [{ targets: ['${host()}'] }]
    ${inList('read')}
  - job_name: federate
    scheme: https
    honor_labels: true
    metrics_path: /federate
    params: { 'match[]': ['only_at_hub'] }
    static_configs: [{ targets: ['${host()}'] }]
    ${inList('read')}
`
  const READS = (): string => `
remote_read:
  - url: ${hub.web}/api/v1/read
    read_recent: true
    ${inList('read')}
`
  const ENGINE = (): string => `
storage:
  metrics:
    engine: prometheus
    write_url: ${hub.web}/api/v1/write
    read_url: ${hub.web}
    ${inList('both')}
`
  test.each([
    {
      name: 'Weir scrapes and federates',
      start: () => startWeir({ config: QUIET + SCRAPES() }),
      exprs: ['up{job="hub"}', 'only_at_hub'],
    },
    {
      name: 'Prometheus scrapes and federates',
      peer: 'prometheus',
      start: () => startPrometheus(SCRAPES()),
      exprs: ['up{job="hub"}', 'only_at_hub'],
    },
    {
      name: 'Prometheus reads',
      peer: 'prometheus',
      start: () => startPrometheus(READS()),
      exprs: ['only_at_hub'],
    },
    {
      name: 'Weir has it for its store',
      start: () => startWeir({ config: QUIET + ENGINE() }),
      exprs: ['only_at_hub', 'up{job="weir"}'],
    },
  ])('$name', { timeout: 180_000 }, async ({ peer, start, exprs }) => {
    if (peer !== undefined && findPeer(peer) === undefined) return
    await using one: WeirProcess | PeerProcess = await start()
    const url = 'web' in one ? one.web : one.url
    for (const expr of exprs) {
      await eventually(expr, async () => ((await value(url, expr)) ?? 0) > 0)
    }
  })
})

test(
  'two Weirs that know each other, both with TLS, client certificates and tokens',
  { timeout: 180_000 },
  async () => {
    const pair = `cert_file: ${TLS}/server.pem, key_file: ${TLS}/server-key.pem`
    const clients = `client_ca_file: ${TLS}/ca.pem, client_auth_type: RequireAndVerifyClientCert`
    writeFileSync(file('mutual.yml'), `tls_server_config: { ${pair}, ${clients} }\n`)
    await using a = await openWay()
    await using b = await openWay()
    const ways = { a, b }
    const both = [a, b].map(({ address }) => address.replace('http:', 'https:')).join(', ')
    const start = async (name: 'a' | 'b'): Promise<WeirProcess> => {
      const one = await startWeir({
        config: `${QUIET}
web: { config_file: ${file('mutual.yml')} }
auth: { bootstrap_token_file: ${file('bootstrap')} }
notifications:
  peers: [${both}]
  peer_name: ${name}
  peer_secret: between-us
  peer_http_config: { ${CERTIFICATE} }
`,
      })
      ways[name].to = one.web
      return one
    }
    await using first = await start('a')
    await using second = await start('b')
    const shown = (server: string): readonly string[] => [
      '--server',
      server,
      '--token-file',
      file('bootstrap'),
      '--ca-file',
      `${TLS}/ca.pem`,
      '--cert-file',
      `${TLS}/client.pem`,
      '--key-file',
      `${TLS}/client-key.pem`,
    ]
    const added = await weir(
      'silence',
      'add',
      'alertname=x',
      '--comment',
      'c',
      '--author',
      'a',
      ...shown(first.web),
    )
    expect(added).toMatchObject({ code: 0, err: '' })
    await eventually('the silence at the other', async () => {
      const { out } = await weir('silence', 'query', ...shown(second.web))
      return out.includes(added.out.trim().slice(0, 8))
    })
  },
)
