import { type Condition, writeSelector } from './query/log-query.ts'

/** Labels that logs and metrics have in common. */
const SHARED = ['system', 'pipeline', 'stage'] as const

/** Of pipelines whose senders name no system; their lines have no such label either. */
export const UNNAMED_SYSTEM = 'custom'

/** Around a moment, so that what came before is seen too. */
const BEFORE_MS = 15 * 60_000
const AFTER_MS = 10 * 60_000

/** The logs of a pipeline or stage, as the address of the explorer has them; undefined where nothing says whose. */
export function logsOf(
  labels: Readonly<Record<string, string>>,
  span: { readonly from: string; readonly to: string },
): { readonly query: string; readonly from: string; readonly to: string } | undefined {
  const matchers = SHARED.flatMap((name): Condition[] => {
    const value = labels[name] ?? ''
    const isUnsaid = value === '' || (name === 'system' && value === UNNAMED_SYSTEM)
    return isUnsaid ? [] : [{ name, operator: '=', value }]
  })
  return matchers.length === 0 ? undefined : { query: writeSelector(matchers), ...span }
}

/** Around the time when something began, up to its end when that is known. */
export function around(startMs: number, endMs: number | undefined): { from: string; to: string } {
  return {
    from: String(Math.round(startMs - BEFORE_MS)),
    to: String(Math.round((endMs ?? startMs) + AFTER_MS)),
  }
}

/** Labels that all of some series have with one value. */
export function commonLabels(
  series: readonly Readonly<Record<string, string>>[],
): Readonly<Record<string, string>> {
  const [first, ...others] = series
  return Object.fromEntries(
    Object.entries(first ?? {}).filter(([name, value]) =>
      others.every((labels) => labels[name] === value),
    ),
  )
}
