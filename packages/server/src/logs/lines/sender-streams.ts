import { Labels, type Severity } from '@weir/model'
import { severityOfWord } from '../recognise/severity-words.ts'
import type { KnownStream, LineBatch } from './line-batch.ts'
import { serviceName } from './service-name.ts'

/** What a line says of where it comes from, in the words that metrics use too. */
export interface Origin {
  readonly system?: string | undefined
  readonly pipeline?: string | undefined
  readonly stage?: string | undefined
}

/** A stream that its sender named by labels, with all that its lines make of it. */
export interface SenderStream {
  readonly labels: Labels
  /** By a label `level` or its like; 0 when there is none. */
  readonly severity: Severity
  readonly own: KnownStream
  /** With more labels, by the lines that told them. */
  readonly told: Map<string, KnownStream>
}

/** Labels that say how bad all lines of a stream are, as Loki looks for them. */
const LEVELS: ReadonlySet<string> = new Set([
  'level',
  'LEVEL',
  'Level',
  'log_level',
  'severity',
  'SEVERITY',
  'Severity',
  'SeverityText',
  'lvl',
  'LVL',
  'Lvl',
  'severity_text',
  'detected_level',
])

const ORIGIN = ['system', 'pipeline', 'stage'] as const

/** When more are known, all are forgotten. */
const KNOWN_MAX = 20_000
const TOLD_MAX = 1000

export class SenderStreams {
  readonly #lines: LineBatch
  readonly #known = new Map<string, SenderStream>()

  constructor(lines: LineBatch) {
    this.#lines = lines
  }

  /** The stream with these labels, and with `service_name`, which is found by them where it is not there. */
  find(labels: Labels): SenderStream {
    const known = this.#known.get(labels.key())
    if (known !== undefined) return known
    const value = (name: string): string => labels.get(name)
    const isWhole = labels.size === 0 || labels.has('service_name')
    const own = this.#lines.stream(
      isWhole ? labels : labels.with('service_name', serviceName(value)),
    )
    const stream = { labels: own.labels, severity: severityOf(labels), own, told: new Map() }
    if (own.refused !== undefined) return stream // there may be room another time
    if (this.#known.size >= KNOWN_MAX) this.#known.clear()
    this.#known.set(labels.key(), stream)
    return stream
  }

  /** The same with what a line told, as far as the sender gave no such labels and there is room for them. */
  withOrigin(stream: SenderStream, origin: Origin): KnownStream {
    const { system = '', pipeline = '', stage = '' } = origin
    if (stream.own.refused !== undefined || (system === '' && pipeline === '' && stage === '')) {
      return stream.own
    }
    const key = `${system}\0${pipeline}\0${stage}`
    const known = stream.told.get(key)
    if (known !== undefined) return known
    const { labels } = stream
    const told = this.#lines.stream(
      Labels.fromFlat([
        ...ORIGIN.flatMap((name) => [name, origin[name] ?? '']),
        ...labels.flat, // of two with one name the last stays
      ]),
    )
    if (told.refused !== undefined) return stream.own
    if (stream.told.size >= TOLD_MAX) stream.told.clear()
    stream.told.set(key, told)
    return told
  }
}

function severityOf(labels: Labels): Severity {
  for (const name of LEVELS) {
    const value = labels.get(name)
    if (value !== '') return severityOfName(value)
  }
  return 0
}

/** How bad a line is by what is said beside it (`name, value, …`); 0 when nothing there says so. */
export function severityOfMetadata(pairs: readonly string[]): Severity {
  for (let i = 0; i < pairs.length; i += 2) {
    if (LEVELS.has(pairs[i]!)) return severityOfName(pairs[i + 1]!)
  }
  return 0
}

function severityOfName(text: string): Severity {
  const bytes = Buffer.from(text)
  return severityOfWord(bytes, 0, bytes.length)
}
