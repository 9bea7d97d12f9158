/**
 * DogStatsD's lines that are no metrics: events and service checks, as bytes → objects. They are few, so
 * this reads for people, not for speed.
 *
 *     _e{<title bytes>,<text bytes>}:<title>|<text>{|field}
 *     _sc|<name>|<status 0 to 3>{|field}
 *     field = "d:" seconds | "h:" host | "k:" key | "p:" priority | "s:" source | "t:" type | "#" tags | "m:" message
 *
 * Lengths are UTF-8 bytes, so title and text may hold bars and colons. Some clients count UTF-16 units
 * instead (hot-shots); where the bytes do not fit and the units do, the units are meant. Fields that are bad or
 * unknown are passed over, as the Agent does. The source for all of it is datadog-agent:comp/dogstatsd/server.
 */
export type Notice = EventNotice | CheckNotice

interface NoticeHead {
  /** Seconds since 1970 as sent; undefined when it was not. */
  readonly timeSeconds: number | undefined
  /** '' when there was none, like all texts here. */
  readonly host: string
  readonly tags: readonly string[]
  readonly container: string
}

export interface EventNotice extends NoticeHead {
  readonly kind: 'event'
  readonly title: string
  readonly text: string
  readonly priority: 'normal' | 'low'
  readonly alertType: 'error' | 'warning' | 'info' | 'success'
  readonly source: string
  readonly aggregationKey: string
}

export interface CheckNotice extends NoticeHead {
  readonly kind: 'check'
  readonly name: string
  /** 0 ok, 1 warning, 2 critical, 3 unknown. */
  readonly status: number
  readonly message: string
}

export type NoticeReject = 'malformed_event' | 'malformed_service_check'

const HEADER = /^_e\{(\d{1,9}),(\d{1,9})\}:/
const CHECK_NAME_AT = '_sc|'.length

const decoder = new TextDecoder()
const strict = new TextDecoder('utf-8', { fatal: true })

/** Reads one line, `bytes[from, to)`, which begins with `_e{` or `_sc|`. */
export function parseNotice(bytes: Uint8Array, from: number, to: number): Notice | NoticeReject {
  const end = to > from && bytes[to - 1] === 0x0d ? to - 1 : to
  const line = bytes.subarray(from, end)
  return line[1] === 0x65 ? parseEvent(line) : parseCheck(line)
}

function parseEvent(line: Uint8Array): EventNotice | 'malformed_event' {
  const head = HEADER.exec(decoder.decode(line.subarray(0, 32)))
  if (head === null) return 'malformed_event'
  const lengths = [Number(head[1]), Number(head[2])] as const
  const body = line.subarray(head[0].length)
  const parts = cutByBytes(body, ...lengths) ?? cutByUnits(body, ...lengths)
  if (parts === undefined || parts.title === '') return 'malformed_event'
  const fields = new Fields(parts.rest)
  const alertType = fields.last('t:')
  return {
    kind: 'event',
    title: withNewlines(parts.title),
    text: withNewlines(parts.text),
    priority: fields.last('p:') === 'low' ? 'low' : 'normal',
    alertType:
      alertType === 'error' || alertType === 'warning' || alertType === 'success'
        ? alertType
        : 'info',
    source: fields.last('s:'),
    aggregationKey: fields.last('k:'),
    ...fields.head(),
  }
}

interface EventParts {
  readonly title: string
  readonly text: string
  /** Fields, the bar before them included. */
  readonly rest: string
}

function cutByBytes(
  body: Uint8Array,
  titleBytes: number,
  textBytes: number,
): EventParts | undefined {
  const textAt = titleBytes + 1
  const restAt = textAt + textBytes
  if (restAt > body.length || body[titleBytes] !== 0x7c) return undefined
  if (restAt < body.length && body[restAt] !== 0x7c) return undefined
  const text = (from: number, to?: number): string => strict.decode(body.subarray(from, to))
  try {
    return { title: text(0, titleBytes), text: text(textAt, restAt), rest: text(restAt) }
  } catch {
    return undefined // cut through a character, or no text at all
  }
}

function cutByUnits(
  body: Uint8Array,
  titleUnits: number,
  textUnits: number,
): EventParts | undefined {
  const all = decoder.decode(body)
  const textAt = titleUnits + 1
  const restAt = textAt + textUnits
  if (restAt > all.length || all[titleUnits] !== '|') return undefined
  if (restAt < all.length && all[restAt] !== '|') return undefined
  return {
    title: all.slice(0, titleUnits),
    text: all.slice(textAt, restAt),
    rest: all.slice(restAt),
  }
}

function parseCheck(line: Uint8Array): CheckNotice | 'malformed_service_check' {
  const text = decoder.decode(line)
  const nameEnd = text.indexOf('|', CHECK_NAME_AT)
  if (nameEnd <= CHECK_NAME_AT) return 'malformed_service_check'
  const statusEnd = text.indexOf('|', nameEnd + 1)
  const status = text.slice(nameEnd + 1, statusEnd < 0 ? undefined : statusEnd)
  if (!/^[0-3]$/.test(status)) return 'malformed_service_check'
  const fields = new Fields(statusEnd < 0 ? '' : text.slice(statusEnd))
  return {
    kind: 'check',
    name: text.slice(CHECK_NAME_AT, nameEnd),
    status: Number(status),
    message: withNewlines(fields.last('m:').replaceAll('m\\:', 'm:')),
    ...fields.head(),
  }
}

/** What stands between bars behind the essentials. */
class Fields {
  readonly #list: readonly string[]

  /** @param rest begins with a bar, or is empty */
  constructor(rest: string) {
    this.#list = rest.split('|').slice(1)
  }

  /** What follows a prefix; of several the last counts. */
  last(prefix: string): string {
    return this.#list.findLast((field) => field.startsWith(prefix))?.slice(prefix.length) ?? ''
  }

  head(): NoticeHead {
    const seconds = this.last('d:')
    const tags = this.last('#')
    return {
      timeSeconds: /^\d{1,12}$/.test(seconds) ? Number(seconds) : undefined,
      host: this.last('h:'),
      tags: tags === '' ? [] : tags.split(',').filter((tag) => tag !== ''),
      container: this.last('c:'),
    }
  }
}

/** Clients send a line break as the two characters `\n`. */
function withNewlines(text: string): string {
  return text.replaceAll('\\n', '\n')
}
