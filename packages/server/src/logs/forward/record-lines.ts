import { Labels } from '@weir/model'
import { type ForwardEntries, MsgpackJson } from '@weir/wire'
import type { SocketLine } from '../sockets/line-door.ts'

/**
 * What becomes of a record of fluentd: a line, the labels of its stream, and what is said beside it.
 *
 *     {"log": "…\n", "stream": "stdout", "kubernetes": {…}}   what a container wrote: `log` is the line, the rest
 *                                                             is beside it, and says which stream it is
 *     {"message": "…"}                                        the text is the line
 *     {"level": "info", "user": 7, …}                         the record is the line, as JSON
 */
export class RecordLines {
  readonly #json = new MsgpackJson()
  /** By what they are made of; the same few come again and again. */
  readonly #labels = new Map<string, Labels>()

  /** The line of the entry at which `entries` stands; good until the next call. */
  line(entries: ForwardEntries, tag: string): SocketLine {
    const timeNs = entries.timeNs ?? 0n
    const beside = entries.metadata()
    const told = beside === undefined ? [] : flat(parsed(this.#json.text(beside)))
    const text = this.#json.text(entries.record)
    const head = { timeNs, severity: 0 } as const
    const record = mayCarryText(text) ? parsed(text) : undefined
    const line = record === undefined ? undefined : ownText(record)
    if (record === undefined || line === undefined) {
      return { ...head, line: text, labels: this.#ofTag(tag, text), metadata: told }
    }
    const { labels, rest } = placeOf(record, tag)
    return {
      ...head,
      line: Buffer.from(line),
      labels: this.#labelsOf(labels),
      metadata: [...told, ...flat(rest)],
    }
  }

  /** A record names its service, or its tag does. */
  #ofTag(tag: string, text: Uint8Array): Labels {
    const named = SERVICE.exec(Buffer.from(text.subarray(0, HEAD_BYTES)).toString())
    return this.#labelsOf({ tag, service_name: named?.[1] ?? tag })
  }

  #labelsOf(pairs: Readonly<Record<string, string>>): Labels {
    const key = JSON.stringify(pairs)
    const known = this.#labels.get(key)
    if (known !== undefined) return known
    if (this.#labels.size >= KNOWN_MAX) this.#labels.clear()
    const labels = Labels.of(pairs)
    this.#labels.set(key, labels)
    return labels
  }
}

const KNOWN_MAX = 10_000
const HEAD_BYTES = 2048
const SERVICE = /"(?:service\.name|service_name|service|app)":"([^"\\]{1,256})"/

const LOG_KEY = Buffer.from('"log":"')
const TEXT_STARTS = ['{"message":"', '{"msg":"', '{"MESSAGE":"'].map((start) => Buffer.from(start))

/** Whether it is worth while to look at a record's fields. */
function mayCarryText(text: Uint8Array): boolean {
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.length)
  if (bytes.includes(LOG_KEY)) return true
  return TEXT_STARTS.some((start) => bytes.subarray(0, start.length).equals(start))
}

type Fields = Readonly<Record<string, unknown>>

function parsed(text: Uint8Array): Fields {
  const value: unknown = JSON.parse(Buffer.from(text).toString())
  return isObject(value) ? value : {}
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Keys by which collectors say that `log` is what a container wrote. */
const CONTAINER_KEYS = ['kubernetes', 'stream', 'container_id', 'container_name']
const TEXT_KEYS = ['log', 'message', 'msg', 'MESSAGE']

/** The line that a record carries; undefined when the record itself is the line. */
function ownText(record: Fields): string | undefined {
  const keys = Object.keys(record)
  const isContainer = CONTAINER_KEYS.some((key) => key in record)
  const key = isContainer
    ? 'log'
    : keys.length === 1 && TEXT_KEYS.includes(keys[0]!)
      ? keys[0]!
      : ''
  const text = record[key]
  return typeof text === 'string' ? text.replace(/\r?\n$/, '') : undefined
}

interface Place {
  readonly labels: Record<string, string>
  /** What the labels do not say. */
  readonly rest: Fields
}

function placeOf(record: Fields, tag: string): Place {
  const { log: _log, message: _1, msg: _2, MESSAGE: _3, ...others } = record
  const rest: Record<string, unknown> = { ...others }
  const labels: Record<string, string> = {}
  const lift = (from: Record<string, unknown>, key: string, label: string): void => {
    const value = from[key]
    if (typeof value !== 'string' || value === '') return
    labels[label] = value.replace(/^\//, '') // Docker's names begin so
    delete from[key]
  }
  if (isObject(rest['kubernetes'])) {
    const pod: Record<string, unknown> = { ...rest['kubernetes'] }
    rest['kubernetes'] = pod
    lift(pod, 'namespace_name', 'namespace')
    lift(pod, 'pod_name', 'pod')
    lift(pod, 'container_name', 'container')
    const own = isObject(pod['labels']) ? { ...pod['labels'] } : {}
    for (const key of ['app', 'app.kubernetes.io/name']) lift(own, key, 'app')
    pod['labels'] = own
    // The tag says nothing more: it is the name of the container's file.
    return { labels, rest: { ...rest, tag } }
  }
  lift(rest, 'container_name', 'container')
  labels['tag'] = tag
  labels['service_name'] = labels['container'] ?? tag
  return { labels, rest }
}

/** Fields of fields are beside a line as `kubernetes_labels_app`. */
function flat(fields: Fields, prefix = '', depth = 0): string[] {
  return Object.entries(fields).flatMap(([key, value]) => {
    const name = prefix + key
    if (isObject(value) && depth < DEPTH_MAX) return flat(value, `${name}_`, depth + 1)
    if (value === null || value === undefined) return []
    return [name, typeof value === 'string' ? value : JSON.stringify(value)]
  })
}

const DEPTH_MAX = 8
