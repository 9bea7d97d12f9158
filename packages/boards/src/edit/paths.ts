/**
 * Places in a panel by name: `options.legend.calcs`, `fieldConfig.defaults.unit`. Setting one leaves all
 * else as it is; setting `undefined` takes it away.
 */
type Holder = Readonly<Record<string, unknown>>

export function valueAt(holder: unknown, path: string): unknown {
  return path.split('.').reduce((value: unknown, key) => {
    return isHolder(value) && Object.hasOwn(value, key) ? value[key] : undefined
  }, holder)
}

export function withValueAt<T>(holder: T, path: string, value: unknown): T {
  return set(holder, path.split('.'), value) as T
}

function set(holder: unknown, [key = '', ...rest]: readonly string[], value: unknown): Holder {
  const before: Holder = isHolder(holder) ? holder : {}
  const next = rest.length === 0 ? value : set(before[key], rest, value)
  if (next !== undefined) return { ...before, [key]: next }
  return Object.fromEntries(Object.entries(before).filter(([name]) => name !== key))
}

function isHolder(value: unknown): value is Holder {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A list with the element at `from` at `to`. */
export function withOrder<T>(list: readonly T[], from: number, to: number): T[] {
  const moved = list[from]
  if (moved === undefined) return [...list]
  const others = list.filter((_element, i) => i !== from)
  const at = Math.max(0, Math.min(others.length, to))
  return [...others.slice(0, at), moved, ...others.slice(at)]
}

/** A list with another element at an index. */
export function withElement<T>(list: readonly T[], index: number, element: T): T[] {
  return list.map((old, i) => (i === index ? element : old))
}
