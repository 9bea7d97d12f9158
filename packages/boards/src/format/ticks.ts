/** Labels along an axis: alike in precision, and no two neighbours the same. */
import { formatterOf } from './format-value.ts'
import { type FormatOptions, formattedText } from './formatted.ts'

/** Enough to tell any two ticks apart that a chart would set. */
const DECIMALS_MAX = 8

/**
 * Formats the ticks of an axis. Ticks in one unit step (all those in MiB) get the same number of
 * decimals, as few as tell neighbours apart.
 */
export function formatTicks(
  ticks: readonly number[],
  unit: string | undefined,
  options: FormatOptions = {},
): string[] {
  const format = formatterOf(unit)
  const shown = ticks.map((tick) => format(tick, options))
  if (options.decimals !== undefined && options.decimals !== null) return shown.map(formattedText)
  const widest = new Map<string, number>()
  for (const { text, suffix = '' } of shown) {
    widest.set(suffix, Math.max(widest.get(suffix) ?? 0, decimalsIn(text)))
  }
  for (let more = 0; more <= DECIMALS_MAX; more++) {
    const texts = ticks.map((tick, index) => {
      const { text, suffix = '' } = shown[index]!
      const decimals = (widest.get(suffix) ?? 0) + more
      if (tick === 0 || !isDecimal(text) || decimals === 0) return formattedText(shown[index]!)
      return formattedText(format(tick, { ...options, decimals }))
    })
    // Dates and words do not get longer by asking.
    if (!shown.every(({ text }) => isDecimal(text)) || areApart(texts)) return texts
  }
  return shown.map(formattedText)
}

const isDecimal = (text: string): boolean => /^-?[0-9]+(\.[0-9]+)?$/.test(text)

function decimalsIn(text: string): number {
  const point = text.indexOf('.')
  return point < 0 || !isDecimal(text) ? 0 : text.length - point - 1
}

function areApart(texts: readonly string[]): boolean {
  return texts.every((text, index) => index === 0 || text !== texts[index - 1])
}
