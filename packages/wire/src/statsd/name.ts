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

export const ALL_DIALECTS: NameDialects = { influxdb: true, librato: true, signalfx: true }

/** A number that is equal for equal dialects. */
export function dialectBits({ influxdb, librato, signalfx }: NameDialects): number {
  return (influxdb ? 1 : 0) | (librato ? 2 : 0) | (signalfx ? 4 : 0)
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
 * Reads `key:value,key:value` (or with `=`). Values are kept as they are.
 *
 * An empty value is an absent label, and nothing between two commas is nothing: senders write both
 * (`errorAt=`, `reader_created,,job_id=x`). In a name, text without a `=` belongs to the value before it, because the
 * comma was part of that value (`reasons=job expired, destination is disabled`). What is left, a tag without
 * separator or key, is left out and counted.
 */
export function readTags(text: string, separator: ':' | '='): Omit<NamedTags, 'name'> {
  const tags: string[] = []
  let tagErrorCount = 0
  for (const part of text.split(',')) {
    const tag = separator === ':' && part.startsWith('#') ? part.slice(1) : part
    const at = tag.indexOf(separator)
    if (tag === '') continue
    if (at > 0) tags.push(escapeName(tag.slice(0, at)), tag.slice(at + 1))
    else if (at < 0 && separator === '=' && tags.length > 0) tags[tags.length - 1] += `,${tag}`
    else tagErrorCount++
  }
  return { tags: tags.includes('') ? withoutEmpty(tags) : tags, tagErrorCount }
}

function withoutEmpty(tags: readonly string[]): string[] {
  return tags.filter((_, i) => tags[i | 1] !== '')
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
