import type { KindCounts } from './batch.ts'

/** What a receiver answered. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** The beginning of its body. */
  readonly text: string
}

/** What became of one request. */
export type Attempt =
  | { readonly kind: 'sent'; readonly written: KindCounts | undefined }
  /** To be tried again; `afterMs`: when the receiver said so. */
  | { readonly kind: 'retry'; readonly why: string; readonly afterMs: number | undefined }
  /** Never to be tried again; `written`: what the receiver says that it took all the same. */
  | {
      readonly kind: 'refused'
      /** Whether it is what was sent that is at fault, so that a part of it may be taken. */
      readonly blamesContent: boolean
      readonly why: string
      readonly advice: string
      readonly written: KindCounts | undefined
    }

/** Longest pause that a receiver may ask for: a wrong header must not stop a queue for days. */
const RETRY_AFTER_MAX_MS = 3_600_000

interface Question {
  readonly version: '1.0' | '2.0'
  readonly retryOn429: boolean
  /** What the request held. */
  readonly counts: KindCounts
  readonly nowMs: number
}

/**
 * What an answer means. 5xx is tried again, and 429 where it is asked for; everything else that is not 2xx is the
 * sender's fault and stays one, but for who is not let in: that is about a token, which may be exchanged, and not
 * about the samples. A 2.0 receiver must say how much it wrote: a 2xx
 * without that is one that did not understand the request.
 *
 * @see prometheus/docs:docs/specs/prw/remote_write_spec_2_0.md, "Required Written Response Headers"
 */
export function judge(answer: Answer, { version, retryOn429, counts, nowMs }: Question): Attempt {
  const { status } = answer
  if (status >= 200 && status < 300) {
    const written = writtenOf(answer)
    const hasSent = counts.sample + counts.histogram > 0
    if (version === '2.0' && written === undefined && hasSent) {
      const why = `it answered ${status} without saying what it wrote`
      return { kind: 'refused', blamesContent: false, why, advice: USE_1, written }
    }
    return { kind: 'sent', written: version === '2.0' ? written : undefined }
  }
  const shown = answer.text.trim().slice(0, 300)
  const why = `it answered ${status}${shown === '' ? '' : `: ${shown}`}`
  if (isNotLetIn(answer)) {
    return { kind: 'retry', why: `${why}; ${LOOK_AT_CREDENTIALS}`, afterMs: undefined }
  }
  if (status >= 500 || (status === 429 && retryOn429)) {
    return { kind: 'retry', why, afterMs: retryAfter(headerOf(answer, 'retry-after'), nowMs) }
  }
  const written = version === '2.0' ? writtenOf(answer) : undefined
  const blamesContent = status === 400 || status === 409 || status === 422
  return { kind: 'refused', blamesContent, why, advice: adviceFor(status, version), written }
}

const LOOK_AT_CREDENTIALS = 'look at the credentials of this remote_write'

/** Weir slows who shows wrong tokens down, by 429; the right one passes all the while, so it is tried soon. */
function isNotLetIn(answer: Answer): boolean {
  const { status } = answer
  return status === 401 || status === 403 || headerOf(answer, 'weir-error-code') === 'ACCESS_SLOWED'
}

const USE_1 =
  'the receiver may know remote write 1.0 only: set protobuf_message to prometheus.WriteRequest'
const USE_2 =
  'the receiver may know remote write 2.0 only: set protobuf_message to io.prometheus.write.v2.Request'

function adviceFor(status: number, version: '1.0' | '2.0'): string {
  if (status >= 300 && status < 400) return 'set url to where it redirects'
  if (status === 415) return version === '2.0' ? USE_1 : USE_2
  if (status === 404 || status === 405) return 'look at the url of this remote_write'
  if (status === 413) return 'lower queue_config.max_samples_per_send'
  if (status === 429) return 'set queue_config.retry_on_http_429 to try again instead'
  return 'what was sent is not tried again, as the protocol says'
}

const KIND_OF_HEADER = {
  sample: 'x-prometheus-remote-write-samples-written',
  histogram: 'x-prometheus-remote-write-histograms-written',
  exemplar: 'x-prometheus-remote-write-exemplars-written',
} as const

/** What the receiver says that it wrote; undefined when it says nothing, or no numbers. */
function writtenOf(answer: Answer): KindCounts | undefined {
  const read = (name: string): number | undefined => {
    const text = headerOf(answer, name)
    return /^\d+$/.test(text) ? Number(text) : undefined
  }
  const sample = read(KIND_OF_HEADER.sample)
  const histogram = read(KIND_OF_HEADER.histogram)
  const exemplar = read(KIND_OF_HEADER.exemplar)
  if (sample === undefined && histogram === undefined && exemplar === undefined) return undefined
  return { sample: sample ?? 0, histogram: histogram ?? 0, exemplar: exemplar ?? 0 }
}

/** Seconds or a date, as HTTP has it. */
function retryAfter(text: string, nowMs: number): number | undefined {
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs
  return ms > 0 ? Math.min(ms, RETRY_AFTER_MAX_MS) : undefined
}

function headerOf({ headers }: Answer, name: string): string {
  const value = headers[name]
  return (Array.isArray(value) ? value[0] : value) ?? ''
}
