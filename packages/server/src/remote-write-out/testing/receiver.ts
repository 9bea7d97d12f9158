import { SNAPPY_SLACK, WriteBatch, WriteReaderV1, WriteReaderV2, KEY_SLACK } from '@weir/wire'
import { snappyHead, unpackSnappy } from '@weir/wire'
import type { Answer } from '../attempt.ts'
import type { Post } from '../delivery.ts'
import type { Receiver } from '../receiver.ts'

/** One request, as text. */
export interface Received {
  readonly headers: Readonly<Record<string, string>>
  /** `labels value @time` of each sample, `labels count=… @time` of a histogram, `labels # labels value` of an exemplar. */
  readonly lines: readonly string[]
  /** `name type help` of each description. */
  readonly metadata: readonly string[]
}

/** What a receiver does with a request; `hang` never answers, `reset` breaks the connection. */
export type Reaction = number | Partial<Answer> | 'hang' | 'reset'

/** A receiver of remote write that answers as it is told, and keeps what it took. */
export class ScriptedReceiver implements Receiver {
  /** Everything that came. */
  readonly requests: Received[] = []
  /** What was answered with 2xx. */
  readonly taken: string[] = []
  react: (request: Received) => Reaction = () => 204

  /** How long it thinks. */
  delay: (signal: AbortSignal) => Promise<void> = async () => undefined

  readonly post: Post = async (body, headers, signal) => {
    await this.delay(signal)
    return this.#react(body, headers, signal)
  }

  #react(...[body, headers, signal]: Parameters<Post>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = { headers, ...readRequest(body) }
      this.requests.push(request)
      const reaction = this.react(request)
      if (reaction === 'hang') {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      } else if (reaction === 'reset') {
        reject(new TypeError('fetch failed', { cause: new Error('read ECONNRESET') }))
      } else {
        resolve(this.#answer(request, reaction))
      }
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // it is no connection
  }

  #answer(request: Received, reaction: number | Partial<Answer>): Answer {
    const given = typeof reaction === 'number' ? { status: reaction } : reaction
    const status = given.status ?? 204
    if (status < 300) this.taken.push(...request.lines)
    const of = (mark: RegExp): string => `${request.lines.filter((line) => mark.test(line)).length}`
    const written = {
      'x-prometheus-remote-write-samples-written': of(/ -?[\d.eE+-]+ @/),
      'x-prometheus-remote-write-histograms-written': of(/ count=/),
      'x-prometheus-remote-write-exemplars-written': of(/ # /),
    }
    return { status, headers: status < 300 ? written : {}, text: '', ...given }
  }
}

function readRequest(body: Uint8Array): Pick<Received, 'lines' | 'metadata'> & {
  readonly isV2: boolean
} {
  const head = snappyHead(body)!
  const text = new Uint8Array(head.textBytes + Math.max(SNAPPY_SLACK, KEY_SLACK))
  if (!unpackSnappy(body, head, text)) throw new Error('cannot be unpacked')
  for (const reader of [new WriteReaderV1(1), new WriteReaderV2(1)]) {
    const batch = new WriteBatch(1_000_000)
    if (reader.read(text, head.textBytes, batch) !== undefined) continue
    const isEmpty = batch.length + batch.histograms.length + batch.exemplars.length === 0
    if (isEmpty && batch.metadata.length === 0) continue
    const shown = (series: number): string => {
      const pairs = reader.pairs(series) as string[]
      const labels = pairs.flatMap((name, i) => (i % 2 === 0 ? [`${name}=${pairs[i + 1]!}`] : []))
      return labels.join(' ').replace('__name__=', '')
    }
    const samples = Array.from(
      { length: batch.length },
      (_, i) => `${shown(batch.series[i]!)} ${batch.values[i]!} @${batch.times[i]!}`,
    )
    const histograms = batch.histograms.map(
      ({ series, timeMs, histogram }) => `${shown(series)} count=${histogram.count} @${timeMs}`,
    )
    const exemplars = batch.exemplars.map(
      ({ series, labels, value }) => `${shown(series)} # ${labels.join('=')} ${value}`,
    )
    const metadata = batch.metadata.map(([name, { type, help }]) => `${name} ${type} ${help}`)
    const isV2 = reader instanceof WriteReaderV2
    return { lines: [...samples, ...histograms, ...exemplars], metadata, isV2 }
  }
  throw new Error('is no request')
}
