/** Times along an axis. */
import { formatDate } from '@weir/boards'

const STEPS_MS = [
  1000, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000,
  10_800_000, 21_600_000, 43_200_000, 86_400_000, 172_800_000, 604_800_000, 2_592_000_000,
]

export interface TimeTick {
  readonly ms: number
  readonly text: string
}

export function timeTicks(
  fromMs: number,
  toMs: number,
  count: number,
  timeZone: string,
): TimeTick[] {
  const span = toMs - fromMs
  if (!(span > 0)) return []
  const step = STEPS_MS.find((one) => span / one <= Math.max(2, count)) ?? STEPS_MS.at(-1)!
  const pattern = step >= 86_400_000 ? 'MM-DD' : step < 60_000 ? 'HH:mm:ss' : 'HH:mm'
  const first = Math.ceil(fromMs / step) * step
  const ticks: TimeTick[] = []
  for (let ms = first; ms <= toMs && ticks.length < 60; ms += step) {
    ticks.push({ ms, text: formatDate(ms, pattern, timeZone) })
  }
  return ticks
}
