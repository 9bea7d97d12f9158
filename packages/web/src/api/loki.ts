import { RequestError, reach, refusal } from './client.ts'

/** The shapes of Loki's HTTP API that the page reads. */
export type LokiLabels = Readonly<Record<string, string>>

/** The value of a label. Names are strangers' words: `constructor` is one that no object should answer to. */
export function labelOf(labels: LokiLabels, name: string): string | undefined {
  return Object.hasOwn(labels, name) ? labels[name] : undefined
}

/** A line: nanoseconds, the line as it came, and what is known beside it. */
type LokiEntry = readonly [
  timeNs: string,
  line: string,
  beside?: {
    readonly structuredMetadata?: LokiLabels
    readonly parsed?: LokiLabels
  },
]

export interface LokiStream {
  readonly stream: LokiLabels
  readonly values: readonly LokiEntry[]
}

export interface LokiSeries {
  readonly metric: LokiLabels
  readonly values: readonly (readonly [seconds: number, value: string])[]
}

export interface LokiSample {
  readonly metric: LokiLabels
  readonly value: readonly [seconds: number, value: string]
}

export interface LokiStats {
  readonly summary?: {
    readonly totalLinesProcessed?: number
    readonly totalBytesProcessed?: number
    readonly execTime?: number
  }
}

export type LokiData = { readonly stats?: LokiStats } & (
  | { readonly resultType: 'streams'; readonly result: readonly LokiStream[] }
  | { readonly resultType: 'matrix'; readonly result: readonly LokiSeries[] }
  | { readonly resultType: 'vector'; readonly result: readonly LokiSample[] }
  | { readonly resultType: 'scalar'; readonly result: readonly [number, string] }
)

export interface DetectedField {
  readonly label: string
  readonly type: string
  readonly cardinality: number
  /** Which parser brings it; null: it is known without. */
  readonly parsers: readonly string[] | null
}

const API = '/loki/api/v1/'

/** What is longer is sent as a form. */
const ADDRESS_MAX = 2000

/** Keeps labels of the stream apart from what else is known of a line. */
const APART = { 'x-loki-response-encoding-flags': 'categorize-labels' }

/**
 * Asks Weir as Grafana would ask Loki. Refusals come as plain text there.
 *
 * @throws {RequestError}
 */
export async function askLoki<T>(
  path: string,
  parameters: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<T> {
  const form = new URLSearchParams(parameters)
  const address = `${API}${path}?${form.toString()}`
  const response = await (address.length <= ADDRESS_MAX
    ? reach(address, { headers: APART, signal })
    : reach(API + path, { method: 'POST', headers: APART, body: form, signal }))
  const text = await response.text()
  if (!response.ok) throw refusal(response, refusalIn(text))
  try {
    return JSON.parse(text) as T
  } catch {
    throw new RequestError({
      kind: 'unreadable',
      status: response.status,
      message: `Cannot read the answer to "${path}": want JSON, got status ${response.status}`,
    })
  }
}

/** The same for answers that stand in `data`. @throws {RequestError} */
export async function askLokiData<T>(
  path: string,
  parameters: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<T> {
  return (await askLoki<{ readonly data: T }>(path, parameters, signal)).data
}

/** Weir's own refusals are JSON; Loki's are texts. */
function refusalIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text.trim()
  }
}
