import {
  type Appender,
  type CommitResult,
  type KeyValueChange,
  type KeyValueStore,
  Labels,
  type NativeHistogram,
  type SampleRun,
  type SeriesRef,
  isStale,
} from '@weir/model'
import type { AlertingTelemetry } from '../telemetry.ts'

/** A store whose content can be handed to a next life, as a disk would be. */
export class MemoryStore implements KeyValueStore {
  readonly #values: Map<string, string>
  /** Set to make every write fail. */
  failure: Error | undefined

  constructor(disk = new Map<string, string>()) {
    this.#values = disk
  }

  get(key: string): unknown {
    const text = this.#values.get(key)
    return text === undefined ? undefined : JSON.parse(text)
  }

  async write(changes: readonly KeyValueChange[]): Promise<void> {
    if (this.failure !== undefined) throw this.failure
    for (const { key, value } of changes) {
      if (value === undefined) this.#values.delete(key)
      else this.#values.set(key, JSON.stringify(value))
    }
  }

  *entries(prefix: string): Iterable<readonly [string, unknown]> {
    const keys = [...this.#values.keys()].filter((key) => key.startsWith(prefix)).sort()
    for (const key of keys) yield [key, this.get(key)]
  }

  /** What a process killed at this moment leaves behind. */
  snapshot(): Map<string, string> {
    return new Map(this.#values)
  }
}

/** Keeps what was committed as text: `name{…} @time value`, `stale` for stale markers, `{count:…, sum:…}` for native histograms. */
export class RecordingAppender implements Appender {
  readonly written: string[] = []
  readonly #series: Labels[] = []
  readonly #refs = new Map<string, SeriesRef>()
  #queued: string[] = []

  ref(labels: Labels): SeriesRef {
    const known = this.#refs.get(labels.key())
    if (known !== undefined) return known
    const ref = (this.#series.push(labels) - 1) as SeriesRef
    this.#refs.set(labels.key(), ref)
    return ref
  }

  release(): void {
    // numbers are kept: nothing here lives long
  }

  append(ref: SeriesRef, timeMs: number, value: number): void {
    const shown = isStale(value) ? 'stale' : String(value)
    this.#queued.push(`${this.#series[ref]!.toString()} @${timeMs / 1000} ${shown}`)
  }

  appendColumns({ refs, times, values }: SampleRun, count: number): void {
    for (let i = 0; i < count; i++) this.append(refs[i]! as SeriesRef, times[i]!, values[i]!)
  }

  appendHistogram(ref: SeriesRef, timeMs: number, { count, sum }: NativeHistogram): void {
    const shown = `{count:${count}, sum:${sum}}`
    this.#queued.push(`${this.#series[ref]!.toString()} @${timeMs / 1000} ${shown}`)
  }

  appendExemplar(): void {
    throw new Error('no test here sends exemplars')
  }

  describe(): void {
    // Nothing here reads metadata.
  }

  async commit(): Promise<CommitResult> {
    this.written.push(...this.#queued)
    const appended = this.#queued.length
    this.#queued = []
    return { appended, rejected: {}, example: '' }
  }

  close(): void {
    this.#queued = []
  }

  /** What was written since the last call. */
  take(): string[] {
    return this.written.splice(0)
  }
}

/** Counts by name and labels, and keeps log lines. */
export function recordingTelemetry(): {
  readonly telemetry: AlertingTelemetry
  readonly counts: Map<string, number>
  readonly lines: string[]
} {
  const counts = new Map<string, number>()
  const lines: string[] = []
  const log = (fields: object, message: string): void => {
    lines.push(`${message} ${JSON.stringify(fields)}`)
  }
  const telemetry: AlertingTelemetry = {
    registry: {
      counter: (name) => ({
        inc: (labels = {}, by = 1) => {
          const key = Labels.of({ __name__: name, ...labels }).toString()
          counts.set(key, (counts.get(key) ?? 0) + by)
        },
      }),
    },
    log: { info: log, warn: log, error: log },
  }
  return { telemetry, counts, lines }
}
