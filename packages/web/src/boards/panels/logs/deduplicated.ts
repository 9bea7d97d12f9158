import type { LogLine } from '../../../logs/lines/line.ts'

/** A line that stands for so many in a row. */
interface Counted {
  readonly line: LogLine
  readonly count: number
}

/** Lines in a row that are the same: exactly, but for numbers, or in their signs alone. */
export function deduplicated(lines: readonly LogLine[], strategy: unknown): readonly Counted[] {
  const sign = SIGNS[typeof strategy === 'string' ? strategy : '']
  if (sign === undefined) return lines.map((line) => ({ line, count: 1 }))
  const kept: { line: LogLine; count: number; sign: string }[] = []
  for (const line of lines) {
    const own = sign(line.text)
    const last = kept.at(-1)
    if (last?.sign === own) last.count++
    else kept.push({ line, count: 1, sign: own })
  }
  return kept
}

const SIGNS: Readonly<Record<string, (text: string) => string>> = {
  exact: (text) => text.replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S{0,12}/g, ''),
  numbers: (text) => text.replaceAll(/\d/g, ''),
  signature: (text) => text.replaceAll(/\w/g, ''),
}
