import { Labels, LogBatchBuilder } from '@weir/model'
import { bench, describe } from 'vitest'
import { MemorySource } from '../memory-source.ts'
import { runLogQuery } from './run.ts'

/** What a line costs on its way through stages: 20,000 pipeline-shaped lines of about 330 bytes. */
const LINES = 20_000
const START_NS = 1_700_000_000_000_000_000n
const STEP_NS = 10_000_000n

function line(i: number): string {
  return JSON.stringify({
    timestamp: '2026-01-05T10:00:00.000Z',
    level: i % 50 === 0 ? 'ERROR' : 'INFO',
    logger: 'pipeline.sink',
    message: i % 50 === 0 ? `cannot write row ${i}: timeout` : `row ${i} written`,
    thread: { id: 140_000 + (i % 8), name: `worker-${i % 8}` },
    source: { file: 'sink.py', line: 120, function: 'write' },
    context: {
      kafka_topic: `t${i % 20}`,
      kafka_offset: i,
      user_id: `u-${i % 1000}`,
      took_ms: i % 300,
    },
  })
}

function sourceOf(count: number): MemorySource {
  const source = new MemorySource()
  const builder = new LogBatchBuilder()
  for (let i = 0; i < count; i++) {
    const stream = builder.stream(Labels.of({ app: 'orders', stage: `s${i % 4}` }))
    builder.add(stream, START_NS + BigInt(i) * STEP_NS, i % 50 === 0 ? 17 : 9, line(i))
  }
  source.append(builder.finish())
  return source
}

const memory = sourceOf(LINES)
/** Lines only: what is counted would measure the source. */
const source = {
  streams: memory.streams.bind(memory),
  lines: memory.lines.bind(memory),
}

const times = {
  kind: 'range',
  startNs: START_NS,
  endNs: START_NS + BigInt(LINES) * STEP_NS,
  stepNs: 10_000_000_000n,
  direction: 'forward',
  limit: 10,
} as const

describe(`${LINES} lines`, () => {
  test('{app="orders"} |= "nowhere"')
  test('{app="orders"} |~ "nowhere|never"')
  test('{app="orders"} |~ "time.ut \\\\d{9}"')
  test('{app="orders"} | json | context_took_ms > 1000')
  test('{app="orders"} | context_took_ms > 1000')
  test('{app="orders"} | logfmt | nothing="x"')
  test('{app="orders"} | regexp "user_id\\":\\"(?P<user>[^\\"]+)" | user="none"')
  test('{app="orders"} | json | line_format "{{.level}} {{.message}}" |= "nowhere"')
  test('{app="orders"} | json | line_format "{{.level | lower}} {{.message}}" |= "nowhere"')
  test('sum(count_over_time({app="orders"}[1m]))')
  test('sum by (stage) (rate({app="orders"} |= "timeout" [1m]))')
  test('sum by (level) (count_over_time({app="orders"} | json [1m]))')
  test('quantile_over_time(0.9, {app="orders"} | json | unwrap context_took_ms [1m]) by (stage)')
  test('sum by (stage) (count_over_time({app="orders"} | json | __error__="" [1m]))')
})

function test(query: string): void {
  bench(query, async () => void (await runLogQuery(source, { ...times, query })), {
    iterations: 5,
    warmupIterations: 1,
    time: 0,
  })
}
