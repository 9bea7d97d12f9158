/** Looking into JSON of unknown shape: each of these takes anything and never throws. */
export type Json = Readonly<Record<string, unknown>>

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object, or an empty one. */
export function record(value: unknown): Json {
  return isRecord(value) ? value : {}
}

/** The list, or an empty one. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : []
}

/** The objects of a list. */
export function records(value: unknown): readonly Json[] {
  return list(value).filter(isRecord)
}

/** The text; numbers and booleans as they print. */
export function text(value: unknown, otherwise = ''): string {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : otherwise
}

/** A finite number, also one that was written as a string (`"0"`, `"250px"`). */
export function number(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'string' || value.trim() === '') return undefined
  const found = Number(value.replace(/px$/, ''))
  return Number.isFinite(found) ? found : undefined
}

/** A whole number within limits. */
export function whole(value: unknown, otherwise: number, min: number, max: number): number {
  const found = number(value)
  return found === undefined ? otherwise : Math.min(max, Math.max(min, Math.round(found)))
}

/** The object without the keys whose value is undefined: those are not written. */
export function present<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, kept]) => kept !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}

/** The object without some of its keys. */
export function without(value: Json, ...keys: readonly string[]): Json {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)))
}
