import { type Server, createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { packSnappy } from '@weir/wire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type WeirProcess, eventually, getJson, sendTcp, startWeir, value } from './weir-process.ts'

/**
 * Every way in, against a whole Weir, by senders and targets that are broken or mean harm. Each gets the
 * answer of its protocol; what came beside it is kept; who is honest notices nothing. Remote write and
 * StatsD have files of their own.
 */

const GROWTH_BYTES_MAX = 400 * 2 ** 20
const DAY_MS = 86_400_000

let weir: WeirProcess
let targets: Server
let residentBefore: number

const ENDLESS = 'x'.repeat(1_000_000)
const MANY = Array.from({ length: 20_000 }, (_, i) => `l${i}`)

/** What targets answer; each has a sample that is good. */
const PAGES: Readonly<Record<string, string>> = {
  a_name_longer_than_any: `# HELP ${'n'.repeat(3000)} h\n# HELP ${ENDLESS} h\n${ENDLESS} 1\nbeside 1\n`,
  many_labels: `m{${MANY.map((name) => `${name}="1"`).join()}} 1\nbeside 1\n`,
  a_long_label: `m{l="${ENDLESS}"} 1\nbeside 1\n`,
  a_long_help: `# HELP beside ${ENDLESS}\nbeside 1\n`,
  many_helps: `${MANY.map((name) => `# HELP ${name} h\n`).join('')}beside 1\n`,
  names_of_objects: '__proto__{__proto__="1",constructor="2"} 1\ntoString 1\nbeside 1\n',
  all_kinds_of_numbers:
    'n{k="nan"} NaN\nn{k="inf"} -Inf\nn{k="tiny"} 5e-324\nn{k="zero"} -0\nbeside 1\n',
}

beforeAll(async () => {
  targets = createServer(({ url = '' }, response) => {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' })
    response.end(PAGES[url.slice(1)])
  })
  await new Promise<void>((resolve) => targets.listen(0, '127.0.0.1', resolve))
  const { port } = targets.address() as AddressInfo
  const jobs = Object.keys(PAGES).map((job) => ({
    job_name: job,
    metrics_path: `/${job}`,
    static_configs: [{ targets: [`127.0.0.1:${port}`] }],
  }))
  const config = {
    global: { scrape_interval: '1s' },
    statsd: { flush_interval: '200ms' },
    scrape_configs: jobs,
  }
  weir = await startWeir({ config: JSON.stringify(config) })
  expect(await influx('honest v=1')).toMatchObject({ status: 204 })
  residentBefore = await resident()
})
afterAll(async () => {
  await weir[Symbol.asyncDispose]()
  targets.closeAllConnections()
  targets.close()
})

interface Reply {
  readonly status: number
  readonly text: string
}

async function post(
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const reply = await fetch(weir.web + path, { method: 'POST', headers, body })
  return { status: reply.status, text: await reply.text() }
}

const influx = (lines: string): Promise<Reply> =>
  post('/write', lines, { 'content-type': 'text/plain' })

const push = (page: string | Uint8Array<ArrayBuffer>, job = 'hostile'): Promise<Reply> =>
  post(`/metrics/job/${job}`, page)

const atNs = (ms: number): string => `${BigInt(ms) * 1_000_000n}`

interface Point {
  readonly timeUnixNano: string
  readonly asDouble: number | string
  readonly attributes?: readonly { readonly key: string; readonly value: object }[]
}

const point = (more: Partial<Point> = {}): Point => ({
  timeUnixNano: atNs(Date.now()),
  asDouble: 1,
  ...more,
})

const request = (metrics: readonly object[]): string =>
  JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] })

const gauge = (name: string, ...dataPoints: readonly Point[]): object => ({
  name,
  gauge: { dataPoints },
})

const otlp = (body: string): Promise<Reply> =>
  post('/v1/metrics', body, { 'content-type': 'application/json' })

const attributes = (names: readonly string[]): NonNullable<Point['attributes']> =>
  names.map((key) => ({ key, value: { stringValue: 'x' } }))

async function resident(): Promise<number> {
  return (await getJson<{ residentBytes: number }>(`${weir.web}/api/weir/v1/status`)).residentBytes
}

const metrics = async (): Promise<string> => (await fetch(`${weir.web}/metrics`)).text()

/** Waits until a line that StatsD took just now is stored: its samples share transactions with all others'. */
async function statsdIsWell(name: string): Promise<void> {
  await sendTcp(weir.statsdTcpPort, [`${name}:1|c`])
  await eventually(`the line ${name}`, async () => (await value(weir.web, name)) === 1)
}

describe('a target', () => {
  test.each(Object.keys(PAGES))('with %s costs only what is wrong with it', async (job) => {
    await eventually(
      'its good sample',
      async () => (await value(weir.web, `beside{job="${job}"}`)) === 1,
    )
    expect(await value(weir.web, `up{job="${job}"}`)).toBe(1)
  })

  test('may give any number', async () => {
    expect(await value(weir.web, 'n{k="nan"}')).toBeNaN()
    expect(await value(weir.web, 'count(n{k="inf"} == -Inf)')).toBe(1)
    expect(await value(weir.web, 'n{k="tiny"}')).toBe(5e-324)
    expect(await value(weir.web, 'count(1 / n{k="zero"} == -Inf)')).toBe(1)
    expect(await value(weir.web, '{"__proto__",constructor="2"}')).toBe(1)
  })
})

describe('OTLP', () => {
  test.each<[string, () => string, number, RegExp]>([
    [
      'a long name',
      () => request([gauge(ENDLESS, point()), gauge('ob', point())]),
      200,
      /label_limit/,
    ],
    [
      'many attributes',
      () => request([gauge('o', point({ attributes: attributes(MANY) })), gauge('ob', point())]),
      200,
      /"1".*label_limit/,
    ],
    [
      'a long description',
      () => request([{ ...gauge('ob', point()), description: ENDLESS }]),
      200,
      /^\{\}$/,
    ],
    ['lists in lists', () => '['.repeat(50_000), 400, /JSON/],
    [
      'objects in objects',
      () => '{"resourceMetrics":[{"x":'.repeat(500_000),
      400,
      /nested too deep/,
    ],
    [
      '100,000 empty metrics',
      () => `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[${'{},'.repeat(99_999)}{}]}]}]}`,
      200,
      /^\{\}$/,
    ],
    ['nothing', () => '', 400, /JSON/],
  ])('%s', async (_what, body, status, text) => {
    const reply = await otlp(body())
    expect([reply.status, reply.text]).toEqual([status, expect.stringMatching(text)])
    expect(reply.text.length).toBeLessThan(5000)
    expect(await otlp(request([gauge('ob', point())]))).toMatchObject({ status: 200 })
  })

  test.each<[string, string, RegExp]>([
    ['a day ahead', atNs(Date.now() + DAY_MS), /too_far_in_future/],
    ['a day behind', atNs(Date.now() - DAY_MS), /out_of_order/],
    ['at the end of 64 bits', '18446744073709551615', /too_far_in_future|out_of_order/],
    ['at no time', '0', /out_of_order/],
  ])('a clock %s', async (_what, timeUnixNano, reason) => {
    const reply = await otlp(request([gauge('oc', point({ timeUnixNano }), point())]))
    expect(reply).toMatchObject({ status: 200, text: expect.stringMatching(reason) as string })
    expect(reply.text).toContain('"rejectedDataPoints":"1"')
    expect(await value(weir.web, 'oc')).toBe(1)
  })
})

describe('Influx', () => {
  test.each<[string, () => string, number]>([
    ['a long measurement', () => `${ENDLESS} v=1\nib v=1`, 400],
    ['a long tag', () => `i,t=${ENDLESS} v=1\nib v=1`, 400],
    ['many tags', () => `i,${MANY.map((name) => `${name}=1`).join()} v=1\nib v=1`, 400],
    ['lines that are none', () => `${'x\n'.repeat(200_000)}ib v=1`, 400],
    ['names of objects', () => '__proto__,constructor=1 toString=1\nib v=1', 204],
  ])('%s: the line beside is kept', async (_what, lines, status) => {
    const before = await value(weir.web, 'ib_v')
    const reply = await influx(lines().replace(/ib v=1$/, `ib v=${(before ?? 0) + 1}`))
    expect(reply.status).toBe(status)
    expect(reply.text.length).toBeLessThan(20_000)
    expect(await value(weir.web, 'ib_v')).toBe((before ?? 0) + 1)
  })

  test.each([
    ['a day ahead', atNs(Date.now() + DAY_MS)],
    ['a day behind', atNs(Date.now() - DAY_MS)],
    ['at the end of 64 bits', '9223372036854775807'],
    ['at their beginning', '-9223372036854775808'],
    ['beyond', '99999999999999999999'],
  ])('a clock %s', async (_what, time) => {
    expect(await influx(`ic v=1 ${time}\nic v=2`)).toMatchObject({ status: 400 })
    expect(await value(weir.web, 'ic_v')).toBe(2)
  })
})

describe('the push gateway', () => {
  test.each<[string, () => string | Uint8Array<ArrayBuffer>, number]>([
    ['a long name', () => `${ENDLESS} 1\npb 1\n`, 400],
    ['a long label', () => `p{l="${ENDLESS}"} 1\npb 1\n`, 400],
    ['many labels', () => PAGES['many_labels']!.replace('beside', 'pb'), 400],
    ['a long help', () => PAGES['a_long_help']!.replaceAll('beside', 'pb'), 200],
    ['many helps', () => PAGES['many_helps']!.replace('beside', 'pb'), 200],
  ])('%s: what stands beside it is kept', async (what, page, status) => {
    const job = what.replaceAll(' ', '_')
    expect((await push(page(), job)).status).toBe(status)
    expect(await value(weir.web, `pb{job="${job}"}`)).toBe(1)
  })

  test('2 million samples in 8 kB are refused while they are read', async () => {
    const before = await resident()
    const body = new Uint8Array(gzipSync('a 1\n'.repeat(2_000_000)))
    const reply = await post('/metrics/job/bomb', body, { 'content-encoding': 'gzip' })
    expect(reply).toMatchObject({
      status: 413,
      text: expect.stringContaining('max_samples') as string,
    })
    expect((await resident()) - before).toBeLessThan(GROWTH_BYTES_MAX)
  })

  test('times are not for it, whatever the clock', async () => {
    expect((await push(`p 1 ${Date.now() + DAY_MS}\n`)).status).toBe(400)
    expect(await push('pt 1\n')).toMatchObject({ status: 200 })
  })
})

describe('a body', () => {
  const PATHS: readonly (readonly [path: string, type: string])[] = [
    ['/write', 'text/plain'],
    ['/api/v2/write', 'text/plain'],
    ['/v1/metrics', 'application/json'],
    ['/metrics/job/body', 'text/plain'],
  ]
  const much = Buffer.alloc(70 * 2 ** 20, ' ')
  const BOMBS: readonly (readonly [encoding: string, body: Buffer | Uint8Array])[] = [
    ['gzip', gzipSync(much)],
    ['deflate', deflateSync(much)],
    ['deflate', deflateRawSync(much)],
    ['snappy', packSnappy(much)],
  ]

  test.each(PATHS)('for %s that is a bomb is refused as too large', async (path, type) => {
    for (const [encoding, body] of BOMBS) {
      const headers = { 'content-type': type, 'content-encoding': encoding }
      const { status } = await post(path, new Uint8Array(body), headers)
      expect([encoding, status]).toEqual([encoding, 413])
    }
  })

  test.each(PATHS)(
    'for %s that is packed twice, cut off or of no encoding is refused',
    async (path, type) => {
      const once = gzipSync('a 1\n'.repeat(1000))
      const sent: [encoding: string, body: Buffer, status: number][] = [
        ['gzip', gzipSync(once), 400],
        ['gzip, gzip', gzipSync(once), 415],
        ['gzip', once.subarray(0, -12), 400],
        ['gzip', Buffer.from('no gzip'), 400],
        ['deflate', Buffer.from('no zlib'), 400],
        ['snappy', Buffer.from('no snappy'), 400],
        ['__proto__', Buffer.from('x'), 415],
        ['constructor', Buffer.from('x'), 415],
      ]
      for (const [encoding, body, want] of sent) {
        const headers = { 'content-type': type, 'content-encoding': encoding }
        const { status } = await post(path, new Uint8Array(body), headers)
        expect([encoding, status]).toEqual([encoding, want])
      }
    },
  )
})

describe('on the wire', () => {
  const head = (more: string): string =>
    `POST /write HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\n${more}\r\n\r\n`

  /** All that comes until the other side hangs up. */
  function talk(bytes: string, isHalf = false): Promise<string> {
    const { hostname, port } = new URL(weir.web)
    return new Promise((resolve) => {
      const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: isHalf })
      let got = ''
      socket.setEncoding('utf8').on('data', (text: string) => (got += text))
      socket.on('error', () => undefined).on('close', () => resolve(got))
      if (isHalf) socket.end(bytes)
      else socket.write(bytes)
    })
  }

  test.each<[string, string]>([
    ['two lengths', `${head('content-length: 5\r\ncontent-length: 6')}m v=1`],
    [
      'a length and chunks',
      `${head('content-length: 3\r\ntransfer-encoding: chunked')}5\r\nm v=1\r\n0\r\n\r\n`,
    ],
    ['a length below nothing', `${head('content-length: -5')}m v=1`],
    ['a length beyond all', `${head('content-length: 99999999999999999999')}m v=1`],
    [
      'a chunk of endless extensions',
      `${head('transfer-encoding: chunked')}5;${'x'.repeat(100_000)}\r\nm v=1\r\n0\r\n\r\n`,
    ],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ])('%s gets 400 and is hung up on', async (_what, bytes) => {
    expect(await talk(bytes)).toMatch(/^HTTP\/1\.1 400 /)
  })

  test('a sender that closes its half within a body gets 400', async () => {
    expect(await talk(`${head('content-length: 100')}abc`, true)).toMatch(/^HTTP\/1\.1 400 /)
  })

  test('senders that go away within their bodies are no error of Weir, and hold nothing', async () => {
    const { hostname, port } = new URL(weir.web)
    for (const [i, more] of ['content-length: 100', 'transfer-encoding: chunked'].entries()) {
      const socket = connect(Number(port), hostname)
      socket.write(`${head(more)}3\r\nabc\r\n`)
      await eventually('the request', async () =>
        (await metrics()).includes('weir_influx_requests_in_flight 1'),
      )
      socket.destroy()
      await eventually(`the end of request ${i}`, async () =>
        (await metrics()).includes('weir_influx_requests_in_flight 0'),
      )
    }
    expect(weir.log()).not.toContain('HTTP request broke')
  })
})

test('in the end nobody lost a sample to another, nothing is under way, and nothing has grown', async () => {
  await statsdIsWell('statsd_in_the_end')
  expect(await influx('honest v=2')).toMatchObject({ status: 204 })
  expect(await value(weir.web, 'honest_v')).toBe(2)
  const page = await metrics()
  expect(page).toContain('weir_store_commits_failed_total 0')
  expect(page).toMatch(/weir_store_metadata_refused_total [1-9]/)
  for (const part of ['influx', 'otlp', 'push_gateway']) {
    expect(page).toContain(`weir_${part}_requests_in_flight 0`)
    expect(page).toContain(`weir_${part}_in_flight_bytes 0`)
  }
  expect(weir.log()).not.toContain('BUG')
  await eventually(
    'memory given back',
    async () => (await resident()) - residentBefore < GROWTH_BYTES_MAX,
    30_000,
  )
})
