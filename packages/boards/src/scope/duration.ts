/** Spans of time as boards write them: `30s`, `1h30m`, `$__interval` once it is inserted. */

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  M: 30 * 86_400_000,
  y: 365 * 86_400_000,
}

/** @returns milliseconds; undefined for what is no span. A number without a unit is seconds. */
export function spanMs(text: string): number | undefined {
  const plain = text.trim().replace(/^>/, '').trim()
  if (plain === '' || plain.length > 100) return undefined
  if (/^\d{1,12}(?:\.\d{1,9})?$/.test(plain)) return Number(plain) * 1000
  let total = 0
  let rest = plain
  while (rest !== '') {
    const part = /^(\d{1,12}(?:\.\d{1,9})?)(ms|[smhdwMy])/.exec(rest)
    if (part === null) return undefined
    total += Number(part[1]) * UNIT_MS[part[2]!]!
    rest = rest.slice(part[0].length)
  }
  return total
}

/** `90000` → `90s`, in the largest unit that is exact; never less than 1 ms. */
export function spanText(ms: number): string {
  const whole = Math.max(1, Math.round(ms))
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const count = whole / UNIT_MS[unit]!
    if (Number.isInteger(count)) return `${count}${unit}`
  }
  return `${whole}ms`
}
