import { Labels, WeirError } from '@weir/model'
import { severityOfWord } from '../recognise/severity-words.ts'
import { labelName } from '../lines/label-name.ts'
import { UNKNOWN_SERVICE } from '../lines/service-name.ts'
import type { LineReader } from './line-reader.ts'
import { isJson } from './media-type.ts'

/** What a line has that its sender says with words of Datadog; the rest is beside the line. */
const OWN_KEYS: ReadonlySet<string> = new Set([
  'message',
  'ddsource',
  'ddtags',
  'hostname',
  'service',
  'status',
  'timestamp',
])
/** Tags that become labels: of few values, and asked for most. */
const LABEL_TAGS: ReadonlySet<string> = new Set(['env', 'system', 'pipeline', 'stage'])

type Entry = Readonly<Record<string, unknown>>

/**
 * Lines as Datadog's agent and clients send them: an object or a list of objects; or plain text, a line each.
 *
 * @param defaults what was said in the address for lines that do not say it: `ddtags, env:prod, …`
 * @throws {WeirError} `LOGS_INVALID`
 */
export function readDatadog(
  reader: LineReader,
  text: Uint8Array,
  { contentType, defaults }: { readonly contentType: string; readonly defaults: readonly string[] },
): undefined {
  const said = Object.fromEntries(
    defaults.flatMap((name, i) => (i % 2 === 0 ? [[name, defaults[i + 1]!]] : [])),
  )
  const whole = new TextDecoder().decode(text)
  for (const entry of isJson(contentType) ? entriesOf(whole) : linesOf(whole)) {
    const ddtags = `${said['ddtags'] ?? ''},${textOf(entry['ddtags'])}` // both count
    addEntry(reader, { ...said, ...entry, ddtags })
  }
}

function linesOf(text: string): Entry[] {
  return text
    .split('\n')
    .map((line) => ({ message: line.replace(/\r$/, '') }))
    .filter(({ message }) => message !== '')
}

function entriesOf(text: string): readonly Entry[] {
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch (cause) {
    throw invalid((cause as Error).message, cause)
  }
  const entries: readonly unknown[] = Array.isArray(read) ? read : [read]
  const bad = entries.findIndex((one) => typeof one !== 'object' || one === null)
  if (bad >= 0) throw invalid(`want objects with a message, got another thing at ${bad}`)
  return entries as readonly Entry[]
}

function invalid(why: string, cause?: unknown): WeirError {
  const message = `Cannot read the logs of a Datadog client: ${why.slice(0, 200)}`
  return new WeirError('LOGS_INVALID', message, { cause })
}

function addEntry(reader: LineReader, entry: Entry): void {
  const labels = new Map<string, string>()
  const metadata: string[] = []
  const tell = (name: string, value: string): void => {
    const valid = labelName(name)
    if (valid !== '' && value !== '') metadata.push(valid, value)
  }
  for (const [name, value] of tagsOf(textOf(entry['ddtags']))) {
    if (LABEL_TAGS.has(name)) labels.set(name, value)
    else tell(name, value)
  }
  for (const [name, value] of Object.entries(entry)) {
    if (!OWN_KEYS.has(name)) tell(name, textOf(value))
  }
  labels.set('host', textOf(entry['hostname']))
  labels.set('source', textOf(entry['ddsource']))
  labels.set('service_name', textOf(entry['service']) || UNKNOWN_SERVICE)
  const status = Buffer.from(textOf(entry['status']))
  reader.addSent(Buffer.from(textOf(entry['message'])), {
    stream: reader.senders.find(Labels.fromFlat([...labels].flat())),
    timeNs: timeOf(entry['timestamp']),
    severity: severityOfWord(status, 0, status.length),
    metadata,
  })
}

/** `env:prod,team:data`; a tag without a value is true. */
function tagsOf(text: string): (readonly [name: string, value: string])[] {
  return text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
    .map((tag) => {
      const at = tag.indexOf(':')
      return at < 1 ? ([tag, 'true'] as const) : ([tag.slice(0, at), tag.slice(at + 1)] as const)
    })
}

/** Milliseconds, or a text with a date; 0n: not told, or not to be read. */
function timeOf(value: unknown): bigint {
  const ms = typeof value === 'number' ? value : typeof value === 'string' ? dateOf(value) : NaN
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? BigInt(Math.round(ms * 1000)) * 1000n : 0n
}

function dateOf(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Date.parse(text)
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : JSON.stringify(value)
}
