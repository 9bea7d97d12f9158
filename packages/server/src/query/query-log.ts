import { LineFile } from '../telemetry/line-file.ts'
import type { Telemetry } from '../telemetry/log.ts'
import type { Counter } from '../telemetry/registry.ts'
import { type QueryCost, statsView } from './cost.ts'
import type { QueryOrigin, Question } from './question.ts'

/**
 * `global.query_log_file`: every evaluated query as a line of JSON, with the fields that Prometheus
 * writes. The file is opened anew at each reload, so that it can be rotated.
 *
 * @see prometheus:promql/engine.go, `exec`
 */
export class QueryLog implements Disposable {
  readonly #telemetry: Telemetry
  readonly #dropped: Counter
  #file: LineFile | undefined

  constructor(telemetry: Telemetry) {
    this.#telemetry = telemetry
    this.#dropped = telemetry.registry.counter(
      'weir_query_log_dropped_total',
      'Lines of query_log_file that were not written: the disk was full, failed or too slow.',
    )
  }

  get isOpen(): boolean {
    return this.#file !== undefined
  }

  /**
   * Writes to this file from now on; '' writes nothing.
   *
   * @throws {WeirError} `CONFIG_INVALID` when it cannot be opened; then the one before stays
   */
  open(name: string): void {
    if (name === '') {
      this[Symbol.dispose]()
      return
    }
    const file = new LineFile(name, 'global.query_log_file', (why) => this.#lost(why, name))
    this[Symbol.dispose]()
    this.#file = file
  }

  write(
    question: Question,
    origin: QueryOrigin,
    { atMs, cost, error }: { atMs: number; cost: QueryCost; error: string | undefined },
  ): void {
    if (this.#file === undefined) return
    const iso = (ms: number): string => new Date(ms).toISOString()
    const line = {
      time: iso(atMs),
      level: 'INFO',
      msg: 'promql query logged',
      params: {
        end: iso(question.endMs),
        query: question.expr,
        start: iso(question.startMs),
        step: question.stepMs / 1000,
      },
      ...(error === undefined ? {} : { error }),
      stats: statsView(cost),
      ...originView(origin),
    }
    this.#file.write(line)
  }

  [Symbol.dispose](): void {
    this.#file?.[Symbol.dispose]()
    this.#file = undefined
  }

  #lost(why: string, file: string): void {
    this.#dropped.inc()
    this.#telemetry.log.sampled('query_log', 60_000)?.warn({ file, why }, 'Query log line lost')
  }
}

/** Who asked, as the log's lines say it. */
export function originView(origin: QueryOrigin): object {
  switch (origin.kind) {
    case 'http': {
      const { clientIp, method, path } = origin
      return { httpRequest: { clientIP: clientIp, method, path } }
    }
    case 'rule':
      return { ruleGroup: { file: origin.file, name: origin.name } }
    case 'weir':
      return {}
    default:
      return origin satisfies never
  }
}
