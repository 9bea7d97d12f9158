import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type WeirProcess,
  eventually,
  getJson,
  startWeir,
  weir as weirCommand,
} from './weir-process.ts'

/** Every secret below holds this word; nobody may read it anywhere. */
const SECRET = 'S3CRET'

/** Also as a header has it: `user:S3CRET…` in base64. */
const AS_BASIC = Buffer.from(`user:${SECRET}`).toString('base64').slice(0, 12)

/** Holds a secret that the configuration takes from the environment. */
const VARIABLE = 'WEIR_TEST_PASSWORD'

/** A server that refuses all, and is rude enough to say back what it was sent. */
async function startRude(): Promise<{
  readonly port: number
  /** What it was told in `Authorization`. */
  readonly heard: ReadonlySet<string>
  close(): Promise<void>
}> {
  const told = new Set<string>()
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { url = '', headers } = request
    told.add(headers.authorization ?? '')
    const status = Number(/\d{3}/.exec(url)?.[0] ?? 401)
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const heard = `${url} ${JSON.stringify(headers)} ${Buffer.concat(chunks).toString()}`
      response.writeHead(status, { 'content-type': 'text/rude' }).end(heard)
    })
  }
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    heard: told,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function configFor(port: number): string {
  const job = (name: string, keys: string): string =>
    `  - { job_name: ${name}, static_configs: [{ targets: ['127.0.0.1:${port}'] }], ${keys} }\n`
  return `# a comment with ${SECRET}
statsd: { flush_interval: 200ms }
global: { scrape_interval: 1s, scrape_timeout: 500ms, evaluation_interval: 1s }
scrape_configs:
${job('basic', `basic_auth: { username: user, password: '\${env:${VARIABLE}}' }`)}\
${job('bearer', `bearer_token: ${SECRET}-bearer, metrics_path: /200`)}\
${job('authorization', `authorization: { credentials: ${SECRET}-credentials }`)}\
${job('header', `http_headers: { X-Key: { secrets: [${SECRET}-header], values: [${SECRET}-value] } }`)}\
${job('params', `params: { access_token: [${SECRET}-param, ${SECRET}-more], module: [shown] }`)}\
alertmanager:
  global:
    smtp_auth_password: ${SECRET}-smtp
    slack_api_url: http://127.0.0.1:${port}/${SECRET}-slack
  route:
    receiver: all
    group_by: ['...']
    group_wait: 0s
    group_interval: 1s
  receivers:
    - name: all
      webhook_configs:
        - url: http://user:${SECRET}-hook@127.0.0.1:${port}/500/${SECRET}-path?token=${SECRET}-query
        - url: http://127.0.0.1:${port}/400/${SECRET}-refused
          http_config: { basic_auth: { username: user, password: '\${env:${VARIABLE}}' } }
        - url: http://127.0.0.1:${port}/503/${SECRET}-later
          http_config: { authorization: { credentials: ${SECRET}-credentials } }
        - url: http://127.0.0.1:1/${SECRET}-nobody
        - url: http://${SECRET}-host.invalid/x
      pagerduty_configs:
        - { url: 'http://127.0.0.1:${port}/500', routing_key: ${SECRET}-routing }
        - { url: 'http://127.0.0.1:${port}/400', routing_key: ${SECRET}-routing-2 }
`
}

const RULES = `
groups:
  - name: g
    rules:
      - { alert: Always, expr: vector(1), annotations: { summary: 'see {{ externalURL }}' } }
`

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

describe('a secret of the configuration is read by nobody', () => {
  let folder: string
  let config: string
  let rude: Awaited<ReturnType<typeof startRude>>
  let weir: WeirProcess
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weir-secrets-'))
    rude = await startRude()
    const rules = join(folder, 'rules.yml')
    writeFileSync(rules, RULES)
    process.env[VARIABLE] = `${SECRET}-environment`
    config = join(folder, 'weir.yml')
    writeFileSync(config, configFor(rude.port))
    weir = await startWeir({
      flags: ['--config', config, '--rules', rules, '--log-level', 'debug'],
    })
    await eventually('all scrapes failed', async () => {
      const { data } = await getJson<{ data: { activeTargets: { health: string }[] } }>(
        `${weir.web}/api/v1/targets`,
      )
      return data.activeTargets.filter(({ health }) => health === 'down').length === 5
    })
    await eventually('all notifications tried', async () => {
      const list = await getJson<{ attempts: number }[]>(`${weir.web}/api/weir/v1/notifications`)
      return list.filter(({ attempts }) => attempts > 0).length >= 7
    })
  })
  afterAll(async () => {
    delete process.env[VARIABLE]
    await weir[Symbol.asyncDispose]()
    await rude.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const expectClean = (where: string, text: string): void => {
    for (const secret of [SECRET, AS_BASIC]) {
      const at = text.indexOf(secret)
      expect(at < 0 ? '' : `${where}: ${text.slice(Math.max(0, at - 200), at + 80)}`).toBe('')
    }
  }

  test('by no address that answers GET', { timeout: 60_000 }, async () => {
    const { paths } = await getJson<OpenApi>(`${weir.web}/api/weir/v1/openapi.json`)
    const asked = Object.entries(paths)
      .filter(([, methods]) => 'get' in methods)
      .map(([path]) => path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => PARTS[name] ?? 'job'))
    expect(asked.length).toBeGreaterThan(25)
    const everything = encodeURIComponent('{__name__=~".+"}')
    const now = Date.now() / 1000
    const wide = `query=${everything}&match[]=${everything}&start=${now - 60}&end=${now}&step=5`
    for (const path of [...asked, '/metrics', '/', '/graph', '/config', '/targets']) {
      for (const search of ['', `?${wide}`]) {
        const answer = await fetch(`${weir.web}${path}${search}`)
        expectClean(`GET ${path}`, `${JSON.stringify([...answer.headers])} ${await answer.text()}`)
      }
    }
  })

  test('in a support bundle, which has the rest', async () => {
    const file = join(folder, 'support.tar.gz')
    const { code, err } = await weirCommand('support-bundle', '--server', weir.web, '--out', file)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const text = gunzipSync(readFileSync(file)).toString()
    expectClean('the bundle', text)
    for (const what of ['Target could not be scraped', 'module:', '"activeTargets"', 'weir.mdb']) {
      expect(text).toContain(what)
    }
    expect(text).not.toMatch(/"error": "(BUG|there is no)/)
  })

  test('in a bundle of one that does not run', async () => {
    const file = join(folder, 'stopped.tar.gz')
    const of = ['--data-dir', join(folder, 'nothing'), '--config', config]
    const { code, err } = await weirCommand('support-bundle', ...of, '--out', file)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const text = gunzipSync(readFileSync(file)).toString()
    expectClean('the bundle', text)
    expect(text).toContain('username: user')
  })

  test('which was in the environment and is sent to whom it is for', () => {
    const sent = Buffer.from(`user:${SECRET}-environment`).toString('base64')
    expect([...rude.heard]).toContain(`Basic ${sent}`)
  })

  test('in the config that is shown, of which the rest stays', async () => {
    const { data } = await getJson<{ data: { yaml: string } }>(`${weir.web}/api/v1/status/config`)
    expect(data.yaml).toContain('password: <secret>')
    expect(data.yaml).toContain('username: user')
    expect(data.yaml).toContain('shown')
  })

  test.each([
    ['YAML that is not', (text: string) => `${text}\n  : [ ${SECRET}-broken`],
    ['an unknown key', (text: string) => `${text}\npassword: ${SECRET}-unknown\n`],
    [
      'a secret of the wrong kind',
      (text: string) => text.replace(`${SECRET}-bearer`, `[${SECRET}-list]`),
    ],
    [
      'a webhook that is no address',
      (text: string) => text.replace('http://127.0.0.1:1/', 'nowhere/'),
    ],
    [
      'a template in a webhook',
      (text: string) => text.replace('http://127.0.0.1:1/', '{{ .Nonsense | nope }}'),
    ],
  ])('by a reload that refuses %s', async (_what, spoil) => {
    writeFileSync(config, spoil(configFor(rude.port)))
    const answer = await fetch(`${weir.web}/-/reload`, { method: 'POST' })
    expect(answer.status).toBe(500)
    expectClean('the answer of /-/reload', await answer.text())
  })

  test('in the log', () => {
    expect(weir.log()).toContain('Target could not be scraped')
    expect(weir.log()).toContain('Notification')
    expectClean('the log', weir.log())
  })
})

/** What stands for the parts of a path. */
const PARTS: Readonly<Record<string, string>> = {
  name: 'job',
  id: 'custom',
  system: 'custom',
  pipeline: 'orders',
  file: 'rules.yml',
}
