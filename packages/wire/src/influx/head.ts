/**
 * The head of a line, measurement and tags, as it stands in front of the first free space:
 *
 * ```
 * my\ cpu,host=a\,b,region=eu
 * ```
 *
 * A backslash stands for itself unless a comma, a space or (in tags) an equals sign follows; it does
 * not escape itself. Read only when a head is new, so plainly: as a text with a character a byte.
 *
 * @see influxdata/influxdb:models/points.go
 */
export interface Head {
  readonly measurement: string
  /** `name, value, …` as they came. */
  readonly tags: readonly string[]
}

/** InfluxDB's words for what is wrong with a head; undefined when it is whole. */
export function headFault(head: string): string | undefined {
  const [measurement, ...tags] = splitFree(head, ',')
  if (measurement === '') return 'missing measurement'
  const names = new Set<string>()
  for (const tag of tags) {
    const [name = '', ...values] = splitFree(tag, '=')
    if (name === '') return 'missing tag key'
    if (values.length === 0 || values[0] === '') return 'missing tag value'
    if (values.length > 1) return 'invalid tag format'
    names.add(name)
  }
  return names.size < tags.length ? 'duplicate tags' : undefined
}

/** The parts of a head that {@link headFault} finds whole; undefined when they are no UTF-8. */
export function readHead(bytes: Uint8Array): Head | undefined {
  const [measurement = '', ...tags] = splitFree(latin1(bytes), ',')
  const texts = [
    measurement.replaceAll(/\\([,"= ])/g, '$1'),
    ...tags.flatMap((tag) => splitFree(tag, '=').map(unescapeTag)),
  ].map(asUtf8)
  if (texts.includes(undefined)) return undefined
  const [name, ...pairs] = texts as string[]
  return { measurement: name!, tags: pairs }
}

/** The key of a field without its backslashes; undefined when it is no UTF-8. */
export function readFieldKey(bytes: Uint8Array): string | undefined {
  return asUtf8(latin1(bytes).replaceAll(/\\([,"= ])/g, '$1'))
}

const unescapeTag = (text: string): string => text.replaceAll(/\\([,= ])/g, '$1')

/** Pieces between separators that no backslash stands before. The first character is never one, as in InfluxDB. */
function splitFree(text: string, separator: ',' | '='): string[] {
  return text.split(separator === ',' ? /(?<!\\),/ : /(?<!\\)=/)
}

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A text with a character a byte as the text that these bytes are. */
function asUtf8(text: string): string | undefined {
  if (!/[^\0-\x7f]/.test(text)) return text
  try {
    return DECODER.decode(Buffer.from(text, 'latin1'))
  } catch {
    return undefined
  }
}
