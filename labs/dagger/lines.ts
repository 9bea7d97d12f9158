/** The lines of the captures, and how each reporter writes them anew. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { RecordedJob } from './recorded-job.ts'

const FIXTURES = join(import.meta.dirname, '../../fixtures/flink')

function capture(name: string): string[] {
  const bytes = readFileSync(join(FIXTURES, `${name}.gz`))
  return gunzipSync(bytes).toString('utf8').trimEnd().split('\n')
}

interface Line {
  /** All before the value, with the attempt of the capture. */
  readonly head: string
  /** `flink_` is taken off. */
  readonly metric: string
  /** Of InfluxDB: `count`, `value`, `rate`, …; '' on a page. */
  readonly field: string
  readonly recorded: number
}

/** The number of the attempt, in both writings. */
const ATTEMPT = /(task_attempt_(?:id="?[^",]*_|num="?))\d+/g

const withAttempt = (head: string, attempt: number): string =>
  head.replaceAll(ATTEMPT, (_, before: string) => before + attempt)

/** Each series once, whatever attempt it was recorded of. */
function once(lines: Iterable<Line>): Line[] {
  const byHead = new Map<string, Line>()
  for (const line of lines) {
    const head = withAttempt(line.head, 0)
    const key = `${head} ${line.field}`
    if (!byHead.has(key)) byHead.set(key, { ...line, head })
  }
  return [...byHead.values()]
}

/** Writes the page of the Prometheus reporter. */
export function pageOf(job: RecordedJob): () => string {
  const lines = once(
    capture('prometheus.txt').flatMap((text) => {
      if (!text.includes('job_name="Orders_enrich_v2_1"')) return []
      const found = /^(flink_(\w+)\{.*\}) (\S+)$/.exec(text)
      if (!found?.[1] || !found[2]) return []
      return [{ head: found[1], metric: found[2], field: '', recorded: Number(found[3]) }]
    }),
  )
  return () => {
    const nowMs = Date.now()
    job.pass(nowMs)
    return lines
      .flatMap((line) => {
        const value = job.valueOf(line, nowMs)
        return value === undefined ? [] : [`${withAttempt(line.head, job.attempt)} ${value}\n`]
      })
      .join('')
  }
}

/** Writes the body that the InfluxDB reporter posts. */
export function protocolOf(job: RecordedJob): () => string {
  const lines = once(
    capture('influx.txt').flatMap((text) => {
      if (!text.includes('job_name=Orders\\ enrich\\ v2.1')) return []
      const found = /^((\w+),.*?[^\\]) (\S+) \d+$/.exec(text)
      if (!found?.[1] || !found[2] || found[3]?.includes('"')) return []
      const [head, metric] = [found[1], found[2]]
      return (found[3] ?? '').split(',').map((pair) => {
        const [field = '', value = ''] = pair.split('=')
        return { head, metric, field, recorded: Number.parseFloat(value) }
      })
    }),
  )
  return () => {
    const nowMs = Date.now()
    job.pass(nowMs)
    return lines
      .flatMap((line) => {
        // A meter's count and a histogram's fields stay as they were.
        const isLive = ['count', 'value', 'rate'].includes(line.field)
        const value = isLive ? job.valueOf(line, nowMs) : line.recorded
        if (value === undefined || Number.isNaN(value)) return []
        const head = withAttempt(line.head, job.attempt)
        return [`${head} ${line.field}=${value} ${nowMs}000000\n`]
      })
      .join('')
  }
}
