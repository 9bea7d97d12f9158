import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'

/** What a target answers at its nth scrape by one of those who scrape it, counted from 0. */
type Answer = (response: ServerResponse, nth: number, nowMs: number) => void

/** A target that tells lies, and the keys of its job. */
interface Lie {
  readonly answer: Answer
  /** What Weir keeps where Prometheus fails the whole scrape. */
  readonly better?: string
  readonly job?: object
}

const TEXT = { 'content-type': 'text/plain; version=0.0.4' }

function send(
  body: string | Uint8Array,
  headers: Record<string, string> = TEXT,
  status = 200,
): Answer {
  return (response) => response.writeHead(status, headers).end(body)
}

/** Good, then the lie, then good for ever. */
function once(lie: Answer, good = 'a 1\nb{x="y"} 2\n'): Answer {
  return (response, nth, nowMs) => (nth === 1 ? lie : send(good))(response, nth, nowMs)
}

const endless =
  (chunk: string): Answer =>
  (response) => {
    response.writeHead(200, TEXT)
    const more = (): void => {
      while (!response.destroyed && response.write(chunk));
    }
    response.on('drain', more)
    more()
  }

const dripping: Answer = (response) => {
  response.writeHead(200, TEXT)
  const timer = setInterval(() => response.write('a 1\n'), 20)
  response.on('close', () => clearInterval(timer))
}

/** With a time on each line, so many ms from now. */
const timed =
  (shiftMs: (nth: number) => number): Answer =>
  (response, nth, nowMs) =>
    send(`a ${nth} ${nowMs + shiftMs(nth)}\nb 7\n`)(response, nth, nowMs)

const DAY_MS = 86_400_000

/** What targets do to those who scrape them. */
export const LIES: Readonly<Record<string, Lie>> = {
  'one series twice': { answer: once(send('a 1\na 3\nb{x="y"} 2\n')) },
  'one series twice, the same': { answer: once(send('a 1\na 1\n')) },
  'a time twice': {
    answer: (response, nth, nowMs) => send(`a 1 ${nowMs}\na 2 ${nowMs}\n`)(response, nth, nowMs),
  },
  'an older time': { answer: timed((nth) => (nth === 1 ? -60_000 : 0)) },
  'a clock a day behind': {
    answer: timed((nth) => (nth === 1 ? -DAY_MS : 0)),
    better: 'the sample beside the one that is too old is kept',
  },
  'a clock a day ahead': { answer: timed((nth) => (nth === 1 ? DAY_MS : 0)) },
  'times that do not count': {
    answer: timed(() => -DAY_MS),
    job: { honor_timestamps: false },
  },
  'a series that goes': {
    answer: (response, nth, nowMs) => send(nth < 2 ? 'a 1\nb 2\n' : 'b 2\n')(response, nth, nowMs),
  },
  'a series with times that goes': {
    answer: (response, nth, nowMs) =>
      send(nth < 2 ? `a 1 ${nowMs}\nb 2\n` : 'b 2\n')(response, nth, nowMs),
  },
  'a series with times that goes, tracked': {
    answer: (response, nth, nowMs) =>
      send(nth < 2 ? `a 1 ${nowMs}\nb 2\n` : 'b 2\n')(response, nth, nowMs),
    job: { track_timestamps_staleness: true },
  },
  'down for good': {
    answer: (response, nth, nowMs) =>
      (nth < 2 ? send('a 1\n') : send('a 1\n', TEXT, 500))(response, nth, nowMs),
  },
  'a line that is none': { answer: once(send('a 5\nb{ 1\nc 1\n')) },
  'no UTF-8': { answer: once(send(Buffer.from('a{x="\xff"} 5\n', 'latin1'))) },
  'no type': { answer: once(send('a 5\n', {})) },
  'another type': { answer: once(send('a 5\n', { 'content-type': 'application/json' })) },
  'another type, overlooked': {
    answer: once(send('a 5\n', { 'content-type': 'application/json' })),
    job: { fallback_scrape_protocol: 'PrometheusText0.0.4' },
  },
  'OpenMetrics without end': {
    answer: once(send('a 5\n', { 'content-type': 'application/openmetrics-text' })),
  },
  'status 500': { answer: once(send('a 5\n', TEXT, 500)) },
  'status 204': { answer: once(send('', TEXT, 204)) },
  'in circles': { answer: once(send('', { location: '/nowhere' }, 302)) },
  'what is no gzip': { answer: once(send('a 5\n', { ...TEXT, 'content-encoding': 'gzip' })) },
  'half a gzip': {
    answer: once(
      send(gzipSync('a 5\n'.repeat(99)).subarray(0, 20), { ...TEXT, 'content-encoding': 'gzip' }),
    ),
  },
  'a bomb': {
    answer: once(send(gzipSync(Buffer.alloc(20_000_000)), { ...TEXT, 'content-encoding': 'gzip' })),
    job: { body_size_limit: '1MB' },
  },
  'half a page': {
    answer: once((response) => {
      response.writeHead(200, { ...TEXT, 'content-length': '100' })
      response.write('a 5\n', () => response.destroy())
    }),
  },
  'for ever': { answer: once(endless('a 1\n'.repeat(10_000))), job: { body_size_limit: '1MB' } },
  'for ever and slowly': { answer: once(dripping) },
  'nothing at all': { answer: once(() => undefined) },
  'too many samples': { answer: once(send('a 1\nb 2\nc 3\nd 4\n')), job: { sample_limit: 3 } },
  'too many labels': { answer: once(send('a{x="1",y="2",z="3"} 1\n')), job: { label_limit: 5 } },
  'a long label name': {
    answer: once(send(`a{${'x'.repeat(30)}="1"} 1\n`)),
    job: { label_name_length_limit: 20 },
  },
  'a long label value': {
    answer: once(send(`a{x="${'1'.repeat(90)}"} 1\n`)),
    job: { label_value_length_limit: 80 },
  },
  'labels of ours': {
    answer: send('a{job="theirs",instance="theirs",exported_job="x"} 1\nb{job=""} 2\n'),
  },
  'labels of theirs': {
    answer: send('a{instance="theirs",exported_job="x"} 1\nb{instance=""} 2\n'),
    job: { honor_labels: true },
  },
  'old names only': {
    answer: once(send('{"u.v"} 1\n')),
    job: {
      metric_name_validation_scheme: 'legacy',
      metric_name_escaping_scheme: 'underscores',
    },
  },
}

export interface LyingTargets extends AsyncDisposable {
  readonly address: string
}

/** All of them on one port, `/0`, `/1`, …; scrapes are counted by who asks. `/page` is a page without lies. */
export async function startLyingTargets(page: string): Promise<LyingTargets> {
  const lies = Object.values(LIES)
  const counts = new Map<string, number>()
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? ''
    const lie = lies[Number(path.slice(1))]
    if (lie === undefined) {
      send(path.startsWith('/page') ? page : '', TEXT, path === '/nowhere' ? 302 : 200)(
        response,
        0,
        0,
      )
      return
    }
    const key = `${path} ${request.headers['user-agent']?.split('/')[0]}`
    const nth = counts.get(key) ?? 0
    counts.set(key, nth + 1)
    lie.answer(response, nth, Date.now())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
