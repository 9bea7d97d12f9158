import type { BacktestRuleView, BacktestVariantView } from '@weir/packs'
import { counted, threeDigits } from '../../format/number.ts'
import { spanText } from '../../time/clock-text.ts'

/** `> 0.9 for 5 min`: what tells a variant from the others. */
export function variantName(
  { threshold, forMs }: BacktestVariantView,
  { operator }: Pick<BacktestRuleView, 'operator'>,
): string {
  const number = threshold === null ? '' : `${operator ?? 'at'} ${threshold}, `
  return `${number}${forMs === 0 ? 'at once' : `for ${spanText(forMs)}`}`
}

/** What it comes to, in one sentence. */
export function verdict(variant: BacktestVariantView, spanMs: number): string {
  const { fired, nights, notifications, noise } = variant
  const during = `in ${spanText(spanMs)}`
  if (fired === 0) return `It would not have fired ${during}.`
  const told =
    notifications === null
      ? `It would have fired ${times(fired)} ${during}`
      : `${counted(notifications.count, 'notification')} would have been sent ${during}`
  const woken = nights === 0 ? 'nobody woken' : `${counted(nights, 'night')} with somebody woken`
  const noisy = noise >= 30 ? `; ${noise} % of the alerts were over within five minutes` : ''
  return `${told}, ${woken}${noisy}.`
}

function times(count: number): string {
  return count === 1 ? 'once' : `${threeDigits(count)} times`
}

/** What a stretch of a lane says to those who point at it. */
export function cellText(share: number): string {
  if (share === 0) return 'nothing fired'
  const percent = share * 100
  return `something fired ${percent < 1 ? 'less than 1' : Math.round(percent)} % of this time`
}

/** Stretches of time in which at least one fired: what overlaps or touches is one. */
export function unitedSpans(
  firings: BacktestVariantView['firings'],
  endMs: number,
): (readonly [number, number])[] {
  const joined: [number, number][] = []
  for (const { firedMs, endedMs } of firings.toSorted((a, b) => a.firedMs - b.firedMs)) {
    const last = joined.at(-1)
    const to = endedMs ?? endMs
    if (last !== undefined && firedMs <= last[1]) last[1] = Math.max(last[1], to)
    else joined.push([firedMs, to])
  }
  return joined
}
