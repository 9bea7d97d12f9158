const cache = new Map<string, string>()
const CACHE_MAX = 10_000

/**
 * A key that a parser found, as a label's name: strange characters become `_`, and a digit in front gets one
 * before it; '' when nothing is left. Keys repeat from line to line, so they are kept.
 */
export function labelName(key: string): string {
  const known = cache.get(key)
  if (known !== undefined) return known
  const trimmed = key.trim()
  const prefix = /^[0-9]/.test(trimmed) ? '_' : ''
  const name = prefix + trimmed.replaceAll(/[^a-zA-Z0-9_]/gu, '_')
  if (cache.size >= CACHE_MAX) cache.clear()
  cache.set(key, name)
  return name
}

/** A text as a value: what was no UTF-8 shows as a blank. */
export function labelValue(text: string): string {
  return text.includes('\uFFFD') ? text.replaceAll('\uFFFD', ' ') : text
}
