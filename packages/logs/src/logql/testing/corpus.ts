import { LEVELS, Labels, type Level, LogBatchBuilder, SEVERITY_OF } from '@weir/model'
import { MemorySource } from '../../memory-source.ts'

/**
 * Lines that a real Loki was given when its answers were recorded, and that our tests give to LogQL.
 * Levels are what Loki finds by itself.
 */
export interface CorpusLine {
  readonly stream: Readonly<Record<string, string>>
  readonly timeNs: bigint
  readonly line: string
  readonly metadata: Readonly<Record<string, string>>
}

const SECOND = 1_000_000_000n

const ORDERS = { app: 'orders', env: 'prod' }
const GATEWAY = { app: 'gateway', env: 'prod' }
const BATCH = { app: 'batch', env: 'dev', host: 'b-1' }
const ODD = { app: 'odd', env: 'dev' }

function json(fields: object): string {
  return JSON.stringify(fields)
}

function orders(i: number): string {
  const level = i % 7 === 3 ? 'error' : i % 5 === 2 ? 'warn' : 'info'
  return json({
    level,
    msg: level === 'error' ? 'cannot write row' : 'row written',
    took: `${5 + ((i * 37) % 90)}ms`,
    size: `${1 + ((i * 13) % 40)}KB`,
    rows: (i * 17) % 101,
    app: 'inner',
    context: {
      kafka_topic: `t${i % 3}`,
      kafka_offset: 1_000_000 + i,
      'user-agent': 'x',
    },
    tags: ['a', 'b'],
    ratio: i % 4 === 0 ? 'oops' : i / 8,
  })
}

function gateway(i: number): string {
  const status = i % 6 === 1 ? 500 : i % 4 === 0 ? 404 : 200
  return `level=${status === 500 ? 'error' : 'info'} method=GET path="/api/v1/${i % 3}" status=${status} took=${(i * 29) % 400}ms bytes=${(i * 311) % 5000} client=10.0.${i % 4}.${(i * 7) % 255}`
}

const BATCH_LINES = [
  '127.0.0.1 - alice [05/Jan] "GET /a HTTP/1.1" 200 512',
  '10.1.2.3 - bob [05/Jan] "POST /b HTTP/1.1" 503 7',
  '\u001b[31mred alert\u001b[0m from 2001:db8::1 end',
  'plain words and nothing else',
  'a=1 b="two words" c d= e="un',
  '{"_entry":"packed line","pod":"p-1","n":3}',
  '{"broken": "yes", "deep": {"x": 1',
  '{"a.b": 1, "1st": true, "nothing": null, "e": "tab\\tquote\\"", "a b": "c"}',
  'duration 3.5s size 2MiB',
  '{"id":12345678901234567890,"x":1.0,"y":1e3,"x":2}',
]

/** All lines, in the order of their times; they begin where told, since Loki wants them young. */
export function corpus(startNs: bigint): CorpusLine[] {
  const lines: CorpusLine[] = []
  for (let i = 0; i < 40; i++) {
    const timeNs = startNs + BigInt(i) * 10n * SECOND
    const trace = { trace_id: `t-${i % 4}` }
    lines.push({ stream: ORDERS, timeNs, line: orders(i), metadata: i % 3 === 0 ? trace : {} })
    lines.push({ stream: GATEWAY, timeNs: timeNs + 1n * SECOND, line: gateway(i), metadata: {} })
    if (i < BATCH_LINES.length) {
      const line = BATCH_LINES[i]!
      lines.push({ stream: BATCH, timeNs: timeNs + 2n * SECOND, line, metadata: { host: 'inner' } })
    }
    if (i % 10 === 0) {
      const line = json({ n: i, s: 'x', zero: 0, neg: -i, big: 1e21 })
      lines.push({ stream: ODD, timeNs: timeNs + 3n * SECOND, line, metadata: {} })
    }
  }
  return lines
}

/** What Loki takes a line's level to be, where the corpus does not leave it to guess-work. */
function levelIn(line: string): Level {
  const said = /"level":"(\w+)"|^level=(\w+)/.exec(line)
  const word = said?.[1] ?? said?.[2] ?? 'unknown'
  return LEVELS.find((level) => level === word) ?? 'unknown'
}

export function corpusSource(lines: readonly CorpusLine[]): MemorySource {
  const source = new MemorySource()
  const builder = new LogBatchBuilder()
  for (const { stream, timeNs, line, metadata } of lines) {
    const place = builder.stream(Labels.of({ ...stream, service_name: stream['app']! }))
    const beside = Object.keys(metadata).length === 0 ? '' : JSON.stringify(metadata)
    builder.add(place, timeNs, SEVERITY_OF[levelIn(line)], line, beside)
  }
  source.append(builder.finish())
  return source
}
