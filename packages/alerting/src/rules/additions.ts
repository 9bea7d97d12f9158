/**
 * Weir's own keys of an alerting rule, beside Prometheus's. A file without them means what it means in
 * Prometheus, but for the default of `no_data`.
 *
 *     - alert: ConsumerLag
 *       expr: kafka_lag
 *       levels:
 *         warning: '> 1000'
 *         critical: {when: '> 5000', reset: '< 3000', for: 1m}
 *       flapping: {high: 0.5}
 *       no_data: alert
 *     - alert: DiskFull
 *       expr: disk_free_ratio < 0.1
 *       reset: '> 0.2'
 *     - alert: OrdersStopped
 *       deadman: {of: shop_orders_total, still: 15m}
 */
import { z } from 'zod'
import { durationValue, numberValue, integerValue, textValue } from '../config-values.ts'
import { type Condition, parseCondition } from './condition.ts'
import { DEADMAN_REMEMBER_MS, deadmanExpr } from './deadman.ts'
import type { FlappingSpec } from './flapping.ts'
import { LEVEL_LABEL, LEVEL_NAMES, type LevelSpec } from './levels.ts'
import { NO_DATA_MODES, type NoDataMode } from './no-data.ts'
import { comparedSide } from './watched.ts'

/** The keys that Prometheus refuses, for `weir check rules --prometheus`. */
export const OWN_RULE_KEYS = [
  'no_data',
  'no_data_for',
  'reset',
  'levels',
  'flapping',
  'deadman',
] as const

const levelSchema = z.union(
  [
    textValue.transform((when) => ({ when, reset: '', for: undefined })),
    z.strictObject({
      when: textValue.default(''),
      reset: textValue.default(''),
      for: durationValue.optional(),
    }),
  ],
  { error: "want a condition such as '> 100', or a map with when, reset and for" },
)

const noDataMode = z.enum(NO_DATA_MODES, { error: 'want keep, alert or resolve' })

/** Where a default for the rules below may stand: a file, a group. */
export const noDataKeys = {
  no_data: noDataMode.optional(),
  no_data_for: durationValue.optional(),
}

const share = numberValue.refine((value) => value >= 0 && value <= 1, {
  message: 'want a share between 0 and 1',
})

export const ownRuleKeys = {
  ...noDataKeys,
  reset: textValue.default(''),
  levels: z
    .strictObject(Object.fromEntries(LEVEL_NAMES.map((name) => [name, levelSchema.optional()])), {
      error: `want a map of ${LEVEL_NAMES.join(', ')}`,
    })
    .optional(),
  flapping: z
    .strictObject(
      {
        high: share.prefault('0.5'),
        low: share.prefault('0.25'),
        states: integerValue
          .refine((count) => count >= 3 && count <= STATES_MAX, {
            message: 'want 3 to 1000 states',
          })
          .prefault('21'),
      },
      { error: 'want a map with high, low and states' },
    )
    .refine(({ high, low }) => low <= high, { message: 'want low not above high' })
    .optional(),
  deadman: z
    .strictObject(
      {
        of: textValue.default(''),
        silent: durationValue.default(0),
        still: durationValue.default(0),
        remember: durationValue.default(DEADMAN_REMEMBER_MS),
        by: z.array(textValue, { error: 'want a list of labels' }).default([]),
      },
      { error: 'want a map with of, and silent or still' },
    )
    .optional(),
}

const STATES_MAX = 1000

const ownSchema = z.strictObject(ownRuleKeys)
export type OwnKeys = z.output<typeof ownSchema>

/** What of an alerting rule is Weir's own. */
export interface Additions {
  /** Undefined: as the rest of Weir. */
  readonly noData: NoDataMode | undefined
  readonly noDataForMs: number | undefined
  /** Lowest first; none for a plain rule. */
  readonly levels: readonly LevelSpec[]
  /** What must hold before a firing alert may end. */
  readonly reset: Condition | undefined
  readonly flapping: FlappingSpec | undefined
}

/** Says what is wrong with a key: `['levels', 'warning']`. */
export type Complain = (path: readonly PropertyKey[], what: string) => void

/** The expression that a rule with `deadman` stands for; undefined when it has none, or a bad one. */
export function deadmanOf({ deadman }: OwnKeys, complain: Complain): string | undefined {
  if (deadman === undefined) return undefined
  try {
    return deadmanExpr(deadman)
  } catch (cause) {
    complain(['deadman'], (cause as Error).message)
    return undefined
  }
}

/** @param rule a checked expression, and what else of the rule bears on its additions */
export function additionsOf(
  keys: OwnKeys,
  rule: {
    readonly expr: string
    readonly forMs: number
    readonly labelNames: readonly string[]
  },
  complain: Complain,
): Additions {
  const { flapping } = keys
  const isDeadman = keys.deadman !== undefined
  return {
    // A dead man's alert is about missing data already.
    noData: isDeadman ? (keys.no_data ?? 'resolve') : keys.no_data,
    noDataForMs: keys.no_data_for,
    levels: levelsOf(keys, rule, complain),
    reset: resetOf(keys, rule.expr, complain),
    flapping,
  }
}

function resetOf(
  { reset, levels }: OwnKeys,
  expr: string,
  complain: Complain,
): Condition | undefined {
  if (reset === '') return undefined
  if (levels !== undefined) {
    complain(['reset'], 'want a reset for each level instead, beside its when')
    return undefined
  }
  const side = comparedSide(expr)
  const read = readCondition(['reset'], reset, side, complain)
  // When it is asked, the element is gone, and with it the value to compare.
  return read?.kind === 'compare' ? { kind: 'expr', expr: `(${side}) ${reset}` } : read
}

function levelsOf(
  { levels }: OwnKeys,
  rule: { readonly expr: string; readonly forMs: number; readonly labelNames: readonly string[] },
  complain: Complain,
): LevelSpec[] {
  if (levels === undefined) return []
  if (rule.labelNames.includes(LEVEL_LABEL)) {
    complain(['labels', LEVEL_LABEL], `levels set the label ${LEVEL_LABEL}: take it out`)
  }
  const specs = LEVEL_NAMES.flatMap((name) => {
    const level = levels[name]
    if (level === undefined) return []
    const path = ['levels', name]
    if (level.when === '') complain([...path, 'when'], "want a condition such as '> 100'")
    const when = readCondition([...path, 'when'], level.when, rule.expr, complain)
    const reset =
      level.reset === ''
        ? undefined
        : readCondition([...path, 'reset'], level.reset, rule.expr, complain)
    return when === undefined ? [] : [{ name, when, reset, forMs: level.for ?? rule.forMs }]
  })
  if (specs.length === 0) complain(['levels'], `want at least one of ${LEVEL_NAMES.join(', ')}`)
  return specs
}

function readCondition(
  path: readonly PropertyKey[],
  text: string,
  about: string | undefined,
  complain: Complain,
): Condition | undefined {
  if (text === '') return undefined
  try {
    return parseCondition(text, about)
  } catch (cause) {
    complain(path, `could not parse condition: ${(cause as Error).message}`)
    return undefined
  }
}
