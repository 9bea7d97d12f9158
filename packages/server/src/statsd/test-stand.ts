import type { MetricFamily } from '@weir/model'
import {
  EventColumns,
  PLAIN_MEANING,
  type ParseOptions,
  STATSD_REJECTS,
  parseStatsd,
} from '@weir/wire'
import { Aggregate, type AggregateLimits } from './aggregate.ts'
import { exposeFamilies } from './flush.ts'
import { readMappings } from './mapping-file.ts'
import { Mapping } from './mapping.ts'

/** For tests: lines in, exposition lines out, without sockets and with time moved by hand. */
export class Stand {
  nowMs = 1_700_000_000_000
  readonly aggregate: Aggregate
  readonly rejects: Record<string, number> = {}
  /** How lines are meant from now on. */
  meaning: ParseOptions = { ...PLAIN_MEANING, dogstatsdTags: true, maxLineBytes: 65_536 }
  readonly #events = new EventColumns()

  readonly #mapping: string

  constructor(mapping = '', limits: Partial<AggregateLimits> = {}, defaultTtlMs = 0) {
    this.#mapping = mapping
    this.aggregate = new Aggregate({
      mapping: new Mapping(readMappings([{ file: 'mapping.yml', text: mapping }])),
      limits: { maxSeriesPerMetric: 1000, maxSeries: 10_000, maxSetMembers: 1000, ...limits },
      defaultTtlMs,
    })
  }

  send(...lines: readonly string[]): this {
    const bytes = new TextEncoder().encode(lines.join('\n'))
    const events = this.#events
    events.clear()
    parseStatsd(bytes, 0, bytes.length, this.meaning, events)
    this.aggregate.take(bytes, events, this.nowMs)
    for (const [i, reason] of STATSD_REJECTS.entries()) {
      const count = events.shownCount > 0 ? events.rejects[i]! : 0
      if (count > 0) this.rejects[reason] = (this.rejects[reason] ?? 0) + count
    }
    return this
  }

  /** A stand with the same rules and nothing in it. */
  fresh(): Stand {
    const stand = new Stand(this.#mapping)
    stand.nowMs = this.nowMs
    stand.meaning = this.meaning
    return stand
  }

  /** `name{a="b"} 1`, in the order of the page. */
  page(): string[] {
    return showFamilies(exposeFamilies(this.aggregate, this.nowMs))
  }
}

/** Sample lines of an exposition page; enough of the format for tests. */
export function showFamilies(families: readonly MetricFamily[]): string[] {
  return families.flatMap(({ samples }) =>
    samples.map(({ name, labels, value }) => {
      const pairs = [...labels].map(([label, text]) => `${label}=${JSON.stringify(text)}`)
      return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${showValue(value)}`
    }),
  )
}

function showValue(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  return String(value)
}
