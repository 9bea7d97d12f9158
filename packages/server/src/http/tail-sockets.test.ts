import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { type Socket, connect } from 'node:net'
import { Labels, LogBatchBuilder } from '@weir/model'
import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type AccessControl, OPEN_ACCESS } from '../access/access-control.ts'
import { type Identity, NOBODY } from '../access/identity.ts'
import { scopesOf } from '../access/scope.ts'
import { HandClock } from '../scrape/testing/hand-clock.ts'
import { type HttpServer, createHttp } from './app.ts'
import { MemoryLogs, memoryLogQueries } from './testing/memory-logs.ts'
import { NOON, standIn } from './testing/stand-in.ts'

const NOON_NS = BigInt(NOON) * 1_000_000n

class Running implements AsyncDisposable {
  readonly logs = new MemoryLogs()
  readonly registry
  readonly #queries
  readonly #deps
  #http!: HttpServer
  url = ''

  constructor(tailsMax = 10, overrides: Parameters<typeof standIn>[0] = {}) {
    this.#deps = standIn(overrides)
    this.registry = this.#deps.registry
    this.#queries = memoryLogQueries(this.logs, { ...this.#deps, tailsMax })
  }

  async open(): Promise<this> {
    this.#http = await createHttp({ ...this.#deps, logQueries: this.#queries })
    const { url } = await this.#http.listen({ host: '127.0.0.1', port: 0 })
    this.url = url
    return this
  }

  get port(): number {
    return Number(new URL(this.url).port)
  }

  /** A client of a query, with what it was told so far. */
  tail(params: Readonly<Record<string, string>>, headers = {}): Client {
    const search = new URLSearchParams(params).toString()
    return new Client(`${this.url.replace('http', 'ws')}/loki/api/v1/tail?${search}`, headers)
  }

  /** Lines of a stream, a second apart. */
  add(app: string, ...lines: readonly string[]): void {
    const builder = new LogBatchBuilder()
    const stream = builder.stream(Labels.of({ app }))
    for (const line of lines)
      builder.add(stream, NOON_NS - BigInt(1000 - lines.indexOf(line)), 9, line)
    this.logs.append(builder.finish())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#http[Symbol.asyncDispose]()
    this.#queries[Symbol.dispose]()
  }
}

interface Frame {
  readonly streams: readonly {
    readonly stream: Readonly<Record<string, string>>
    readonly values: readonly (readonly [string, string, object?])[]
  }[]
  readonly dropped_entries?: readonly { readonly timestamp: string; readonly labels: object }[]
  readonly encodingFlags?: readonly string[]
}

class Client {
  readonly socket: WebSocket
  readonly frames: Frame[] = []
  #heard: () => void = () => undefined

  constructor(url: string, headers: Readonly<Record<string, string>>) {
    this.socket = new WebSocket(url, { headers })
    this.socket.on('message', (data: Buffer) => {
      this.frames.push(JSON.parse(data.toString()) as Frame)
      this.#heard()
    })
  }

  get lines(): readonly string[] {
    return this.frames.flatMap(({ streams }) =>
      streams.flatMap(({ values }) => values.map(([, line]) => line)),
    )
  }

  /** Resolves when so many lines have come. */
  async has(count: number): Promise<readonly string[]> {
    while (this.lines.length < count) {
      await new Promise<void>((resolve) => {
        this.#heard = resolve
      })
    }
    return this.lines
  }

  /** Status and body of a refusal. */
  async refused(): Promise<string> {
    const [, answer] = (await once(this.socket, 'unexpected-response')) as [
      unknown,
      IncomingMessage,
    ]
    const body: Buffer[] = []
    for await (const piece of answer) body.push(piece as Buffer)
    return `${answer.statusCode} ${Buffer.concat(body).toString()}`
  }
}

const opened: Running[] = []
async function running(
  tailsMax?: number,
  overrides?: Parameters<typeof standIn>[0],
): Promise<Running> {
  const one = await new Running(tailsMax, overrides).open()
  opened.push(one)
  return one
}
afterEach(async () => {
  for (const one of opened.splice(0)) await one[Symbol.asyncDispose]()
})

test('a tail shows the newest lines of the past, then new ones as they come', async () => {
  const weir = await running()
  weir.add('shop', 'one', 'two', 'three')
  const client = weir.tail({ query: '{app="shop"} != "not me"', limit: '2' })
  expect(await client.has(2)).toEqual(['two', 'three'])
  weir.add('other', 'of another stream')
  weir.add('shop', 'four', 'not me', 'five')
  expect(await client.has(4)).toEqual(['two', 'three', 'four', 'five'])
  expect(client.frames[0]!.streams[0]!.stream).toEqual({ app: 'shop', detected_level: 'info' })
  client.socket.close()
  await once(client.socket, 'close')
})

test('categories are told apart for who asks', async () => {
  const weir = await running()
  weir.add('shop', 'took=3ms')
  const client = weir.tail(
    { query: '{app="shop"} | logfmt' },
    { 'X-Loki-Response-Encoding-Flags': 'categorize-labels' },
  )
  await client.has(1)
  expect(client.frames[0]).toEqual({
    encodingFlags: ['categorize-labels'],
    streams: [
      {
        stream: { app: 'shop' },
        values: [
          [
            expect.any(String),
            'took=3ms',
            { structuredMetadata: { detected_level: 'info' }, parsed: { took: '3ms' } },
          ],
        ],
      },
    ],
  })
})

test('when nobody follows any more, nobody listens to the store', async () => {
  const weir = await running()
  const client = weir.tail({ query: '{app="shop"}' })
  await once(client.socket, 'open')
  expect(weir.logs.listenerCount).toBe(1)
  client.socket.close()
  while (weir.logs.listenerCount > 0) await new Promise(setImmediate)
})

test('a client that does not read loses lines, and is told which', async () => {
  const weir = await running()
  const client = weir.tail({ query: '{app="shop"}' })
  await once(client.socket, 'open')
  const raw = (client.socket as unknown as { _socket: Socket })._socket
  raw.pause()
  const line = 'x'.repeat(20_000)
  while (!/weir_logs_tail_lines_dropped_total [1-9]/.test(pageOf(weir))) {
    weir.add('shop', ...Array.from({ length: 500 }, (_, i) => `${i} ${line}`))
    await new Promise(setImmediate)
  }
  raw.resume()
  while (!client.frames.some((frame) => (frame.dropped_entries?.length ?? 0) > 0)) {
    await client.has(client.lines.length + 1)
  }
  const dropped = client.frames.flatMap((frame) => frame.dropped_entries ?? [])
  expect(dropped[0]).toMatchObject({ labels: { app: 'shop' } })
})

function pageOf({ registry }: Running): string {
  return registry
    .collect()
    .flatMap(({ name, samples }) => samples.map(({ value }) => `${name} ${value}`))
    .join('\n')
}

test.each<[params: Record<string, string>, headers: Record<string, string>, want: RegExp]>([
  [{ query: '{app=' }, {}, /^400 parse error/],
  [{ query: 'rate({app="x"}[1m])' }, {}, /^400 .*metric/],
  [{ query: '{app="x"}', delay_for: '6' }, {}, /^400 delay_for can't be greater than 5/],
  [{ query: '{app="x"}', limit: '0' }, {}, /^400 limit must be a positive value/],
  [{ query: '{app="x"}' }, { origin: 'https://evil.example' }, /^403 /],
  [{ query: '{app="x"}' }, { host: 'evil.example' }, /^403 /],
])('%j %j is refused: %s', async (params, headers, want) => {
  const weir = await running()
  expect(await weir.tail(params, headers).refused()).toMatch(want)
})

test("Weir's own page may follow", async () => {
  const weir = await running()
  const client = weir.tail({ query: '{app="x"}' }, { origin: weir.url })
  await once(client.socket, 'open')
})

test.each<[Identity, 'revoked' | 'ended']>([
  [{ kind: 'token', name: 'ann', scopes: scopesOf(['read']), tokenId: 't' }, 'revoked'],
  [{ kind: 'session', name: 'ann', scopes: scopesOf(['read']), sessionId: 's' }, 'ended'],
])('a tail of %j is hung up on once it is %s', async (who) => {
  const clock = new HandClock(NOON)
  let now: Identity | undefined = who
  let asked = 0
  const access: AccessControl = {
    ...OPEN_ACCESS,
    identify: async () => {
      asked++
      return now ?? NOBODY
    },
    renew: () => now,
  }
  const weir = await running(10, { clock, access })
  const { socket } = weir.tail({ query: '{app="x"}' })
  await once(socket, 'open')
  await clock.moveTo(NOON + 20_000)
  expect(socket.readyState).toBe(WebSocket.OPEN)
  // A token is not said again at each look: that would count as requests of it.
  expect(asked > 1).toBe(who.kind === 'session')
  now = undefined
  const closed = once(socket, 'close')
  await clock.moveTo(NOON + 25_000)
  expect(await closed).toEqual([1008, Buffer.from('you may read no more')])
})

test('there are never more tails than told', async () => {
  const weir = await running(1)
  const client = weir.tail({ query: '{app="x"}' })
  await once(client.socket, 'open')
  expect(await weir.tail({ query: '{app="x"}' }).refused()).toMatch(/^429 /)
  client.socket.close()
  await once(client.socket, 'close')
})

test('requests that offer another protocol are answered as if they did not', async () => {
  const weir = await running()
  const body = 'query=%7Bapp%3D%22shop%22%7D'
  const socket = connect(weir.port, '127.0.0.1')
  socket.write(
    [
      'POST /loki/api/v1/query_range HTTP/1.1',
      'host: localhost',
      'connection: Upgrade, HTTP2-Settings',
      'upgrade: h2c',
      'http2-settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA',
      'content-type: application/x-www-form-urlencoded',
      `content-length: ${body.length}`,
      '',
      body,
    ].join('\r\n'),
  )
  let text = ''
  for await (const piece of socket) {
    text += String(piece)
    if (text.includes('"resultType"')) break
  }
  expect(text).toMatch(/^HTTP\/1.1 200 OK/)
})

test('elsewhere there is no WebSocket', async () => {
  const weir = await running()
  const socket = new WebSocket(`${weir.url.replace('http', 'ws')}/api/weir/v1/events`)
  const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage]
  expect(answer.statusCode).toBe(404)
  answer.resume()
})
