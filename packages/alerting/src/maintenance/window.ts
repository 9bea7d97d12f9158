import { type Matcher, WeirError } from '@weir/model'
import { z } from 'zod'
import type { ExpressionBudget } from '../route/expression-budget.ts'
import type { MatcherMode } from '../route/matcher-mode.ts'
import type { RouteMatcher } from '../route/matcher.ts'
import { silenceMatchers } from '../silence/silence.ts'
import { type Recurrence, daysOf, parseRecurrence } from './recurrence.ts'
import { isZone, momentOf, wallOf } from '../wall-clock.ts'

/** What somebody plans: while it lasts, nobody is told about alerts that satisfy all matchers. */
export interface MaintenanceDraft {
  readonly name: string
  readonly comment: string
  readonly createdBy: string
  readonly matchers: readonly Matcher[]
  /** As the wall shows it there: `2026-03-01T22:00`. */
  readonly start: string
  readonly durationMs: number
  /** IANA name, such as `Europe/Berlin`. */
  readonly timeZone: string
  /** `FREQ=WEEKLY;BYDAY=SA`; '' for once. */
  readonly rrule: string
}

export interface Maintenance extends MaintenanceDraft {
  readonly id: string
  readonly updatedMs: number
}

/** That one was taken back. */
export interface Removal {
  readonly removedMs: number
}

const shared = z.union([
  z.object({ removedMs: z.number() }),
  z.object({
    id: z.string(),
    name: z.string(),
    comment: z.string(),
    createdBy: z.string(),
    matchers: z.array(
      z.object({ name: z.string(), operator: z.enum(['=', '!=', '=~', '!~']), value: z.string() }),
    ),
    start: z.string(),
    durationMs: z.number(),
    timeZone: z.string(),
    rrule: z.string(),
    updatedMs: z.number(),
  }),
])

/** What a peer keeps of a plan; undefined when it cannot be one. */
export function readMaintenance(
  id: string,
  value: unknown,
): PlannedMaintenance | Removal | undefined {
  const read = shared.safeParse(value)
  if (!read.success || id.length > 64) return undefined
  if ('removedMs' in read.data) return read.data
  try {
    return read.data.id === id ? planOf(read.data, 'utf8') : undefined // as the peer's mode may be
  } catch {
    return undefined
  }
}

/** One time of a plan. */
export interface Occurrence {
  readonly id: string
  readonly startMs: number
  readonly endMs: number
}

const TEXT_MAX = 4096
const NAME_MAX = 200
const DURATION_MIN_MS = 60_000
const DURATION_MAX_MS = 31 * 86_400_000
const DAY_MS = 86_400_000

/** A plan, checked and ready to be asked. */
export interface PlannedMaintenance {
  readonly maintenance: Maintenance
  readonly matchers: readonly RouteMatcher[]
  readonly startWallMs: number
  readonly rule: Recurrence | undefined
}

/** @throws {WeirError} `MAINTENANCE_INVALID`, `MATCHER_LIMIT` */
export function planOf(
  maintenance: Maintenance,
  mode: MatcherMode,
  budget?: ExpressionBudget,
): PlannedMaintenance {
  const { name, comment, createdBy, start, durationMs, timeZone, rrule } = maintenance
  if (name.trim() === '' || name.length > NAME_MAX)
    throw invalid(`want a name of 1 to ${NAME_MAX} characters`)
  if (createdBy.trim() === '' || createdBy.length > NAME_MAX)
    throw invalid('want `createdBy`, who plans it')
  if (comment.length > TEXT_MAX) throw invalid(`want at most ${TEXT_MAX} characters in \`comment\``)
  if (!isZone(timeZone))
    throw invalid(`${JSON.stringify(timeZone)} is no time zone: want a name such as Europe/Berlin`)
  const startWallMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(start)
    ? Date.parse(`${start}Z`)
    : Number.NaN
  if (Number.isNaN(startWallMs))
    throw invalid(`want \`start\` as 2026-03-01T22:00, got ${JSON.stringify(start)}`)
  if (!(durationMs >= DURATION_MIN_MS && durationMs <= DURATION_MAX_MS)) {
    throw invalid('want `durationMs` from a minute to 31 days')
  }
  const rule = rrule === '' ? undefined : parseRecurrence(rrule, (ms) => wallOf(ms, timeZone))
  if (typeof rule === 'string') throw invalid(`rrule: ${rule}`)
  return {
    maintenance,
    matchers: matchersOf(maintenance.matchers, mode, budget),
    startWallMs,
    rule,
  }
}

function matchersOf(
  matchers: readonly Matcher[],
  mode: MatcherMode,
  budget?: ExpressionBudget,
): RouteMatcher[] {
  try {
    return silenceMatchers(matchers, mode, budget)
  } catch (cause) {
    if (cause instanceof WeirError && cause.code === 'MATCHER_LIMIT') throw cause
    throw invalid((cause as Error).message.replace(/^[^:]*: /, ''))
  }
}

/** The times of a plan that touch `[fromMs, toMs)`, in order. */
export function* occurrencesOf(
  { maintenance, startWallMs, rule }: PlannedMaintenance,
  fromMs: number,
  toMs: number,
): Iterable<Occurrence> {
  const { id, durationMs, timeZone } = maintenance
  const timeMs = startWallMs % DAY_MS
  const nearWallMs = fromMs - durationMs - 2 * DAY_MS
  for (const dayMs of daysOf(rule, startWallMs, toMs + 2 * DAY_MS)) {
    if (dayMs < nearWallMs) continue
    const startMs = momentOf(dayMs + timeMs, timeZone)
    const endMs = startMs + durationMs
    if (startMs >= toMs) return
    if (endMs > fromMs) yield { id, startMs, endMs }
  }
}

function invalid(why: string): WeirError {
  return new WeirError('MAINTENANCE_INVALID', `Cannot plan maintenance: ${why}`)
}
