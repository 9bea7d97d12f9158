import { writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { systemClock } from '@weir/model'
import { corpus } from './corpus.ts'
import { LokiPeer } from './loki-peer.ts'
import {
  FORMAT_QUERIES,
  INSTANT_QUERIES,
  LOG_QUERIES,
  RANGE_QUERIES,
  WRONG_QUERIES,
} from './queries.ts'

/**
 * Asks a real Loki all queries over the corpus and writes its answers down:
 * `npx tsx packages/logs/src/logql/testing/record.ts PATH_OF_LOKI fixtures/loki/answers.json`.
 */

export const MINUTE_NS = 60_000_000_000n
/** How long a range was asked for, from the first line on. */
export const RANGE_NS = 12n * MINUTE_NS
export const STEP_S = 60

export interface RecordedAnswer {
  readonly query: string
  readonly status: number
  /** `data` of the answer, or its text when it is a refusal. */
  readonly answer: unknown
}

export interface Recorded {
  readonly startNs: string
  readonly lines: readonly RecordedAnswer[]
  readonly ranges: readonly RecordedAnswer[]
  readonly instants: readonly RecordedAnswer[]
  readonly wrong: readonly RecordedAnswer[]
  readonly formatted: readonly RecordedAnswer[]
}

const CATEGORIES = { 'X-Loki-Response-Encoding-Flags': 'categorize-labels' }

async function record(program: string): Promise<Recorded> {
  const now = BigInt(Math.floor(systemClock.now() / 60_000)) * MINUTE_NS
  const startNs = now - 30n * MINUTE_NS
  await using loki = await LokiPeer.start(program)
  await loki.push(corpus(startNs))
  await wait(2000)
  const range = { start: String(startNs), end: String(startNs + RANGE_NS), step: `${STEP_S}s` }
  const ask = async (
    path: string,
    queries: readonly string[],
    parameters: Readonly<Record<string, string>>,
  ): Promise<RecordedAnswer[]> => {
    const answers: RecordedAnswer[] = []
    for (const query of queries) {
      const { status, text } = await loki.ask(path, { query, ...parameters }, CATEGORIES)
      answers.push({ query, status, answer: status === 200 ? dataOf(text) : text.trim() })
    }
    return answers
  }
  return {
    startNs: String(startNs),
    lines: await ask('query_range', LOG_QUERIES, { ...range, limit: '1000', direction: 'forward' }),
    ranges: await ask('query_range', RANGE_QUERIES, range),
    instants: await ask('query', INSTANT_QUERIES, { time: String(startNs + 5n * MINUTE_NS) }),
    wrong: await ask('query_range', WRONG_QUERIES, range),
    formatted: await ask('format_query', FORMAT_QUERIES, {}),
  }
}

function dataOf(text: string): unknown {
  const { data } = JSON.parse(text) as { data: unknown }
  if (typeof data !== 'object' || data === null) return data
  const { stats: _, encodingFlags: __, ...rest } = data as Record<string, unknown>
  return rest
}

/** A line an answer, so that a change shows. */
function written({ startNs, ...answers }: Recorded): string {
  const families = Object.entries(answers).map(
    ([family, all]: [string, readonly RecordedAnswer[]]) =>
      `"${family}": [\n${all.map((one) => JSON.stringify(one)).join(',\n')}\n]`,
  )
  return `{\n"startNs": "${startNs}",\n${families.join(',\n')}\n}\n`
}

const [program, target] = process.argv.slice(2)
if (program !== undefined && target !== undefined) {
  writeFileSync(target, written(await record(program)))
}
