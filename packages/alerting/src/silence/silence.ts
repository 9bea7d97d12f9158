import { Labels, type Matcher, type MatchOperator, WeirError } from '@weir/model'
import { RE2JS } from 're2js'
import { z } from 'zod'
import { nextVersion } from '../cluster/shared-part.ts'
import { type ExpressionBudget, expressionBudget } from '../route/expression-budget.ts'
import { type RouteMatcher, isExpression, routeMatcher, sameMatchers } from '../route/matcher.ts'
import { type MatcherMode, isLabelNameIn } from '../route/matcher-mode.ts'

/** For a time nobody is told about alerts whose labels satisfy all matchers. */
export interface Silence {
  /** A UUID. */
  readonly id: string
  /** In the order in which they were given. */
  readonly matchers: readonly Matcher[]
  readonly startsAtMs: number
  readonly endsAtMs: number
  readonly createdBy: string
  readonly comment: string
  readonly annotations: Readonly<Record<string, string>>
  readonly updatedMs: number
}

/** What somebody asks for: a new silence, or another one in place of `id`. */
export interface SilenceDraft extends Omit<Silence, 'id' | 'updatedMs'> {
  readonly id?: string
}

export type SilenceState = 'active' | 'pending' | 'expired'

export interface SilenceView extends Silence {
  readonly state: SilenceState
}

export function silenceState(silence: Silence, nowMs: number): SilenceState {
  if (nowMs < silence.startsAtMs) return 'pending'
  return nowMs < silence.endsAtMs ? 'active' : 'expired'
}

const OPERATORS = ['=', '!=', '=~', '!~'] as const satisfies readonly MatchOperator[]

/**
 * The matchers of a silence, compiled.
 *
 * @throws {WeirError} `SILENCE_INVALID`, `MATCHER_LIMIT`
 * @see alertmanager:silence/silence.go
 */
export function silenceMatchers(
  matchers: readonly Matcher[],
  mode: MatcherMode,
  budget?: ExpressionBudget,
): RouteMatcher[] {
  if (matchers.length === 0) throw invalid('want at least one matcher')
  const compiled = matchers.map((matcher) => {
    const { name, operator, value } = matcher
    if (!isLabelNameIn(mode, name)) throw invalid(`${JSON.stringify(name)} is no label name`)
    if (!OPERATORS.includes(operator)) throw invalid(`${JSON.stringify(operator)} is no operator`)
    budget?.(matcher)
    try {
      // Alone as well: `a)(b` is an expression only between the brackets that anchor it.
      if (isExpression(matcher)) RE2JS.compile(value)
      return routeMatcher({ name, operator, value })
    } catch (cause) {
      const why = `${JSON.stringify(value)} is no regular expression: ${(cause as Error).message}`
      throw invalid(why)
    }
  })
  if (compiled.every(takesAbsent)) {
    throw invalid('want at least one matcher that does not match the empty string')
  }
  return compiled
}

/** Negative matchers count as choosy, as in Alertmanager, though an absent label satisfies them. */
function takesAbsent(matcher: RouteMatcher): boolean {
  return !matcher.operator.startsWith('!') && matcher.matches(Labels.EMPTY)
}

/** Whether a silence can become the draft and keep its id: what was silenced in the past stays as it was. */
export function canBecome(silence: Silence, draft: SilenceDraft, nowMs: number): boolean {
  if (!sameMatchers(silence.matchers, draft.matchers)) return false
  switch (silenceState(silence, nowMs)) {
    case 'active':
      return sameSecond(silence.startsAtMs, draft.startsAtMs) && draft.endsAtMs >= nowMs
    case 'pending':
      return draft.startsAtMs >= nowMs
    case 'expired':
      return false
  }
}

const sameSecond = (a: number, b: number): boolean => Math.floor(a / 1000) === Math.floor(b / 1000)

/** Ended at once; one that has not begun never does. */
export function expiredSilence(silence: Silence, nowMs: number): Silence {
  const startsAtMs = Math.min(silence.startsAtMs, nowMs)
  return {
    ...silence,
    startsAtMs,
    endsAtMs: nowMs,
    updatedMs: nextVersion(nowMs, silence.updatedMs),
  }
}

const shared = z.object({
  id: z.uuid(),
  matchers: z.array(z.object({ name: z.string(), operator: z.enum(OPERATORS), value: z.string() })),
  startsAtMs: z.number(),
  endsAtMs: z.number(),
  createdBy: z.string(),
  comment: z.string(),
  annotations: z.record(z.string(), z.string()),
  updatedMs: z.number(),
})

/** A silence that a peer keeps; undefined when it cannot be one. */
export function readSilence(
  id: string,
  value: unknown,
  { bytesMax, matcherBytesMax }: { readonly bytesMax: number; readonly matcherBytesMax: number },
): Silence | undefined {
  const read = shared.safeParse(value)
  if (!read.success || read.data.id !== id) return undefined
  if (Buffer.byteLength(JSON.stringify(read.data)) > bytesMax) return undefined
  try {
    const budget = expressionBudget(matcherBytesMax)
    silenceMatchers(read.data.matchers, 'utf8', budget) // as the peer's mode may be
    return read.data
  } catch {
    return undefined
  }
}

const STATE_ORDER: readonly SilenceState[] = ['active', 'pending', 'expired']

/** Active ones first, the next to end leading; then pending ones by start; then ended ones, the last ended leading. */
export function compareSilences(a: SilenceView, b: SilenceView): number {
  if (a.state !== b.state) return STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state)
  const byTime = {
    active: a.endsAtMs - b.endsAtMs,
    pending: a.startsAtMs - b.startsAtMs,
    expired: b.endsAtMs - a.endsAtMs,
  }
  return byTime[a.state] || (a.id < b.id ? -1 : 1)
}

export function invalid(why: string): WeirError {
  return new WeirError('SILENCE_INVALID', `Cannot keep a silence: ${why}`)
}
