/**
 * The part of the address after `?`, both ways. Values are plain text: a search for `123` stays text
 * and a shared link can be read and typed by people. What is empty is left out.
 */

export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text))
}

export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const parameters = new URLSearchParams()
  for (const [key, value] of Object.entries(search)) {
    if (typeof value === 'string' && value !== '') parameters.set(key, value)
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
