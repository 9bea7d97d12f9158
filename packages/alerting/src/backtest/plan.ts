import { type Threshold, WeirError } from '@weir/model'
import { spreadHash } from '../fingerprint.ts'
import type { AlertingSetup } from '../options.ts'
import { type AlertingRuleSpec, parseRuleFile, parseRuleGroups } from '../rules/config.ts'
import { EVALUATION_INTERVAL_MS, groupKey } from '../rules/group.ts'
import type { Recorded } from './recorded.ts'
import { type ThresholdSite, thresholdOf } from './threshold.ts'

/** An alerting rule, and when it is evaluated: at `k · intervalMs + phaseMs`. */
export interface BacktestRule {
  readonly file: string
  readonly group: string
  readonly intervalMs: number
  readonly phaseMs: number
  /** How much earlier than that it looks. */
  readonly queryOffsetMs: number
  /** Most alerts; 0 is no limit. */
  readonly limit: number
  readonly spec: AlertingRuleSpec
}

/** Which rules of a setup; what is left out means all. */
export interface RulePick {
  readonly file?: string | undefined
  readonly group?: string | undefined
  readonly name?: string | undefined
}

/**
 * The alerting rules of a setup, in order, and the recording rules beside them.
 *
 * @throws {WeirError} `RULES_INVALID`; `BACKTEST_INVALID` when there is no such rule
 */
export function backtestRules(
  setup: AlertingSetup,
  pick: RulePick,
): { readonly rules: BacktestRule[]; readonly recorded: Recorded[] } {
  const { ruleFiles = [], groups = [], features } = setup
  const all = [
    ...ruleFiles.flatMap((file) => parseRuleFile(file, features)),
    ...parseRuleGroups(groups, features),
  ].map((group) => ({
    ...group,
    rules: group.rules.filter(({ source }) => source === 'metrics'),
    everyMs: group.intervalMs ?? setup.evaluationIntervalMs ?? EVALUATION_INTERVAL_MS,
  }))
  const recorded = all.flatMap(({ rules, everyMs }) =>
    rules.flatMap((rule) =>
      rule.kind === 'recording'
        ? [{ name: rule.name, expr: rule.expr, labels: rule.labels.toJSON(), intervalMs: everyMs }]
        : [],
    ),
  )
  const rules = all
    .filter(({ file, name }) => file === (pick.file ?? file) && name === (pick.group ?? name))
    .flatMap((group) =>
      group.rules.flatMap((spec): BacktestRule[] =>
        spec.kind === 'alerting' && spec.name === (pick.name ?? spec.name)
          ? [
              {
                file: group.file,
                group: group.name,
                intervalMs: group.everyMs,
                phaseMs: spreadHash(groupKey(group)) % group.everyMs,
                queryOffsetMs: group.queryOffsetMs ?? setup.queryOffsetMs ?? 0,
                limit: group.limit,
                spec,
              },
            ]
          : [],
      ),
    )
  if (rules.length > 0) return { rules, recorded }
  const named = pick.name === undefined ? '' : ` named ${JSON.stringify(pick.name)}`
  throw invalid(`there is no alerting rule${named}`)
}

/** A rule with one of the numbers that are tried. */
export interface BacktestVariant {
  readonly spec: AlertingRuleSpec
  /** Undefined where the rule compares with no number. */
  readonly threshold: Threshold | undefined
  /** What is compared, where one answer serves every threshold. */
  readonly compared: string | undefined
  readonly isAsWritten: boolean
}

export interface VariantWish {
  /** In place of the number that the expression compares with; none: as written. */
  readonly thresholds: readonly number[]
  /** In place of `for`; none: as written. */
  readonly forsMs: readonly number[]
}

/** Variants of one rule; more are refused. */
const VARIANTS_MAX = 12

/**
 * The rule as it stands, then every threshold with every `for`.
 *
 * @throws {WeirError} `BACKTEST_INVALID`
 */
export function variantsOf(
  spec: AlertingRuleSpec,
  { thresholds, forsMs }: VariantWish,
): BacktestVariant[] {
  const site = thresholdOf(spec.expr)
  if (thresholds.length > 0 && site === undefined) {
    throw invalid(`${spec.name} compares with no number, so no threshold can be varied`)
  }
  const written = variant(spec, site, { value: site?.threshold.value, forMs: spec.forMs })
  const tried = (thresholds.length > 0 ? thresholds : [site?.threshold.value]).flatMap((value) =>
    (forsMs.length > 0 ? forsMs : [spec.forMs]).map((forMs) =>
      variant(spec, site, { value, forMs }),
    ),
  )
  const variants = [written, ...tried.filter(({ isAsWritten }) => !isAsWritten)]
  if (variants.length <= VARIANTS_MAX) return variants
  throw invalid(
    `${variants.length} variants of ${spec.name} are asked for, at most ${VARIANTS_MAX} go`,
  )
}

function variant(
  spec: AlertingRuleSpec,
  site: ThresholdSite | undefined,
  { value, forMs }: { readonly value: number | undefined; readonly forMs: number },
): BacktestVariant {
  const isSameNumber = value === site?.threshold.value
  const threshold =
    site === undefined || value === undefined ? undefined : { ...site.threshold, value }
  return {
    spec: {
      ...spec,
      expr: isSameNumber || value === undefined ? spec.expr : (site?.with(value) ?? spec.expr),
      forMs,
    },
    threshold,
    compared: site?.compared,
    isAsWritten: isSameNumber && forMs === spec.forMs,
  }
}

function invalid(why: string): WeirError {
  return new WeirError('BACKTEST_INVALID', `Cannot test rules on history: ${why}`)
}
