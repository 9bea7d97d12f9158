import type { MaintenanceTime } from '@weir/packs'

export interface CalendarDay {
  readonly startMs: number
  readonly times: readonly MaintenanceTime[]
}

const WEEKS = 4

/** Four weeks from Monday of this week, in the reader's zone, with what touches each day. */
export function calendarDays(times: readonly MaintenanceTime[], nowMs: number): CalendarDay[] {
  const today = new Date(nowMs)
  const sinceMonday = (today.getDay() + 6) % 7
  const dayAt = (i: number): number =>
    new Date(today.getFullYear(), today.getMonth(), today.getDate() - sinceMonday + i).getTime()
  return Array.from({ length: WEEKS * 7 }, (_, i) => {
    const [startMs, endMs] = [dayAt(i), dayAt(i + 1)]
    return { startMs, times: times.filter((one) => one.startMs < endMs && one.endMs > startMs) }
  })
}
