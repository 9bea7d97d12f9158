/**
 * The part of the address after `?`, both ways. Values are plain text: a search for `123` stays text
 * and a shared link can be read and typed by people. A key that is there several times is a list.
 * What is empty is left out, but for an item of a list.
 */

export function parseSearch(text: string): Record<string, string | readonly string[]> {
  const parameters = new URLSearchParams(text)
  return Object.fromEntries(
    [...new Set(parameters.keys())].map((key) => {
      const values = parameters.getAll(key)
      return [key, values.length === 1 ? values[0]! : values]
    }),
  )
}

export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const parameters = new URLSearchParams()
  for (const [key, value] of Object.entries(search)) {
    if (typeof value === 'string' && value !== '') parameters.set(key, value)
    if (!Array.isArray(value)) continue
    for (const item of value) if (typeof item === 'string') parameters.append(key, item)
  }
  const text = parameters.toString()
  return text === '' ? '' : `?${text}`
}

/** Keeps the named keys that hold text; everything else in the address is ignored. */
export function pickSearch<K extends string>(
  search: Readonly<Record<string, unknown>>,
  keys: readonly K[],
): { readonly [P in K]?: string } {
  const picked: { [P in K]?: string } = {}
  for (const key of keys) {
    const value = search[key]
    if (typeof value === 'string' && value !== '') picked[key] = value
  }
  return picked
}
