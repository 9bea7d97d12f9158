/**
 * The name of a StatsD line taken apart: tags inside it (three dialects), escaping. Runs once for each
 * new name, so it works on strings. The dialects and their order are statsd_exporter's.
 */

/** Which ways of writing tags into the name are understood; for the others the name stays whole. */
export interface NameDialects {
  /** `name,key=value:…` */
  readonly influxdb: boolean
  /** `name#key=value:…` */
  readonly librato: boolean
  /** `head[key=value]tail:…` */
  readonly signalfx: boolean
}

export interface NamedTags {
  readonly name: string
  /** `key, value, …`, keys escaped; a key given twice is there twice, the last one counts. */
  readonly tags: readonly string[]
  /** Tags that could not be read and were left out. */
  readonly tagErrorCount: number
}

/** Cuts the tags off a name. */
export function splitName(raw: string, dialects: NameDialects): NamedTags {
  if (dialects.signalfx) {
    const open = raw.indexOf('[')
    const close = raw.indexOf(']')
    if (open >= 0 && close > open) {
      const { tags, tagErrorCount } = readTags(raw.slice(open + 1, close), '=')
      return { name: raw.slice(0, open) + raw.slice(close + 1), tags, tagErrorCount }
    }
    // One bracket, or two the wrong way round: the name stays whole and no other dialect is tried.
    if (open >= 0 || close >= 0) return { name: raw, tags: [], tagErrorCount: 1 }
  }
  for (let i = 0; i < raw.length; i++) {
    const isCut = (raw[i] === '#' && dialects.librato) || (raw[i] === ',' && dialects.influxdb)
    if (isCut) return { name: raw.slice(0, i), ...readTags(raw.slice(i + 1), '=') }
  }
  return { name: raw, tags: [], tagErrorCount: 0 }
}

/**
 * Reads `key:value,key:value` (or with `=`). A tag without separator, key or value is left out and
 * counted; one trailing comma is free. Values are kept as they are.
 */
export function readTags(text: string, separator: ':' | '='): Omit<NamedTags, 'name'> {
  const tags: string[] = []
  let tagErrorCount = 0
  const parts = text.split(',')
  if (parts.length > 1 && parts.at(-1) === '') parts.pop()
  for (const part of parts) {
    const tag = separator === ':' && part.startsWith('#') ? part.slice(1) : part
    const at = tag.indexOf(separator)
    if (at <= 0 || at === tag.length - 1) tagErrorCount++
    else tags.push(escapeName(tag.slice(0, at)), tag.slice(at + 1))
  }
  return { tags, tagErrorCount }
}

/**
 * A name as Prometheus takes it: letters, digits and `_` stay, any other character becomes `_` (a run of
 * dashes one `_`), a leading digit gets a `_` in front. Empty stays empty.
 */
export function escapeName(text: string): string {
  if (/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(text)) return text
  const escaped = text.replaceAll(/-+|[^a-zA-Z0-9_]/gu, '_')
  return /^\d/.test(escaped) ? `_${escaped}` : escaped
}
