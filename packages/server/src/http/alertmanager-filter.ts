import {
  type RouteMatcher,
  type RoutedAlertView,
  type SilenceView,
  expressionBudget,
  parseMatcher,
  wholeMatch,
} from '@weir/alerting'
import { type Labels, WeirError } from '@weir/model'
import type { AlertmanagerDeps } from './deps.ts'
import { invalid } from './parameters.ts'

/** What is asked for in the query string of Alertmanager's API v2. */

/** Which receivers are meant. */
interface ReceiverFilter {
  readonly name: (name: string) => boolean
  readonly labels: (labels: Labels) => boolean
  /** Whether anything was asked for about receivers. */
  readonly isAsked: boolean
}

type FilterLimits = Pick<AlertmanagerDeps, 'matcherMode' | 'matcherBytesMax'>

const isTooLong = (cause: unknown): boolean =>
  cause instanceof WeirError && cause.code === 'MATCHER_LIMIT'

/** The spellings that Alertmanager's API takes for yes; everything else is no. */
const YES = /^(?:true|1|yes|ok|y|on|selected|checked|t|enabled)$/i

/** A yes or no that is yes when nothing is said. */
export function flag(params: URLSearchParams, name: string): boolean {
  const text = params.get(name)
  return text === null || YES.test(text)
}

/**
 * The matchers of a parameter that may be given more than once, one each.
 *
 * @throws {WeirError} `HTTP_PARAMETER`, in the words of Alertmanager; `MATCHER_LIMIT`
 */
export function matchersOf(
  params: URLSearchParams,
  name: 'filter' | 'receiver_matchers' | 'matcher',
  limits: FilterLimits,
): RouteMatcher[] {
  const reading = { mode: limits.matcherMode, budget: expressionBudget(limits.matcherBytesMax) }
  return params.getAll(name).map((text) => {
    try {
      return parseMatcher(text, reading)
    } catch (cause) {
      if (isTooLong(cause)) throw cause
      const { message } = cause as Error
      const told =
        name === 'receiver_matchers'
          ? `failed to parse receiver_matchers param: ${message}`
          : message
      throw new WeirError('HTTP_PARAMETER', told)
    }
  })
}

export function receiverFilter(params: URLSearchParams, limits: FilterLimits): ReceiverFilter {
  const expression = params.get('receiver')
  const name = expression === null ? undefined : nameTest(expression, limits)
  const matchers = matchersOf(params, 'receiver_matchers', limits)
  return {
    name: name ?? (() => true),
    labels: (labels) => matchers.every((matcher) => matcher.matches(labels)),
    isAsked: name !== undefined || matchers.length > 0,
  }
}

function nameTest(
  expression: string,
  { matcherBytesMax }: FilterLimits,
): (name: string) => boolean {
  expressionBudget(matcherBytesMax)({ name: '', operator: '=~', value: expression })
  try {
    return wholeMatch(expression)
  } catch (cause) {
    const why = `failed to parse receiver param: ${(cause as Error).message}`
    throw new WeirError('HTTP_PARAMETER', why)
  }
}

/** Whether the state of an alert is among those that are asked for. */
export function stateFilter(params: URLSearchParams): (alert: RoutedAlertView) => boolean {
  const wanted = {
    active: flag(params, 'active'),
    silenced: flag(params, 'silenced'),
    inhibited: flag(params, 'inhibited'),
    unprocessed: flag(params, 'unprocessed'),
  }
  return ({ status }) =>
    (wanted.active || status.state !== 'active') &&
    (wanted.unprocessed || status.state !== 'unprocessed') &&
    (wanted.silenced || status.silencedBy.length === 0) &&
    (wanted.inhibited || status.inhibitedBy.length === 0)
}

/** Whether a silence holds all of these very matchers, and is in a state that is asked for. */
export function silenceFilter(
  params: URLSearchParams,
  limits: FilterLimits,
): (silence: SilenceView) => boolean {
  const filters = matchersOf(params, 'filter', limits)
  const states = new Set(['active', 'pending', 'expired'].filter((state) => flag(params, state)))
  return ({ matchers, state }) =>
    states.has(state) &&
    filters.every((filter) =>
      matchers.some(
        ({ name, operator, value }) =>
          name === filter.name && operator === filter.operator && value === filter.value,
      ),
    )
}

const UUID = /^[\da-f]{8}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{12}$/i

/** @throws {WeirError} `HTTP_PARAMETER` */
export function silenceId(path: Readonly<Record<string, string>>): string {
  const id = path['id'] ?? ''
  if (UUID.test(id)) return id.toLowerCase()
  throw invalid('id', `want a UUID, got ${JSON.stringify(id.slice(0, 100))}`)
}
