/** All PromQL of a pack, and the series that each expression asks for. */
import { type Expr, parseExpr, selectorsOf, valueTest } from '@weir/promql'
import type { MetricReference } from '../api.ts'
import type { Pack } from '../pack.ts'
import { packRuleGroups } from '../rule-groups.ts'

/** An expression and where it stands, as people would say: `alert AirflowDagFailing`. */
export interface PackExpression {
  readonly where: string
  /** Variables of dashboards are filled in. */
  readonly expr: string
}

/** Series that Weir or Prometheus make themselves. */
const GIVEN = /^(ALERTS|ALERTS_FOR_STATE|up|scrape_\w+|weir_stage_\w+)$/

/** What Grafana fills in where a duration stands. */
const FILLED: readonly (readonly [variable: RegExp, value: string])[] = [
  [/\$(__rate_interval|__interval|\{__rate_interval\}|\{__interval\})/g, '1m'],
  [/\$(__range|\{__range\})/g, '1h'],
]

/** A panel's expression with its durations filled in, so that it can be read. */
export function filledIn(expr: string): string {
  return FILLED.reduce((text, [from, to]) => text.replaceAll(from, to), expr)
}

export function packExpressions(pack: Pack): PackExpression[] {
  const rules = packRuleGroups(pack).flatMap((group) => group.rules)
  return [
    ...rules.map((rule) => ({
      where: 'alert' in rule ? `alert ${rule.alert}` : `record ${rule.record}`,
      expr: rule.expr,
    })),
    ...boardExpressions(pack),
  ]
}

/** Those of panels, but for LogQL, and of variables. */
function boardExpressions(pack: Pack): PackExpression[] {
  return pack.dashboards.flatMap(({ name, rows, variables }) => [
    ...variables.map((variable) => ({
      where: `variable ${variable.name} of board ${name}`,
      expr: filledIn(variable.metric),
    })),
    ...rows.flatMap(({ panels }) =>
      panels
        .filter(({ kind }) => kind !== 'logs')
        .flatMap(({ title, targets }) =>
          targets.map(({ expr }) => ({
            where: `panel ${JSON.stringify(title)} of board ${name}`,
            expr: filledIn(expr),
          })),
        ),
    ),
  ])
}

/** A question for a name: exact, or whether a regular expression fits it. */
export type NameTest =
  | { readonly kind: 'is'; readonly name: string }
  | { readonly kind: 'fits'; readonly pattern: string }

/**
 * The names of series that an expression asks for; a selector that names none is given as the
 * pattern `.*`.
 *
 * @throws {WeirError} `QUERY_PARSE`
 */
export function namesAsked(expr: string): NameTest[] {
  return namesIn(parseExpr(expr))
}

function namesIn(expr: Expr): NameTest[] {
  return selectorsOf(expr).map(({ metricName, matchers }): NameTest => {
    if (metricName !== '') return { kind: 'is', name: metricName }
    const named = matchers.filter(({ name }) => name === '__name__')
    const exact = named.find(({ operator }) => operator === '=')
    if (exact) return { kind: 'is', name: exact.value }
    const fitting = named.find(({ operator }) => operator === '=~')
    return { kind: 'fits', pattern: fitting?.value ?? '.*' }
  })
}

/** Names that a pack's rules record. */
export function recordedNames(pack: Pack): Set<string> {
  const rules = packRuleGroups(pack).flatMap((group) => group.rules)
  return new Set(rules.flatMap((rule) => ('record' in rule ? [rule.record] : [])))
}

/** Endings of the series that a metric is stored as. */
const ENDINGS: Readonly<Record<MetricReference['type'], readonly string[]>> = {
  counter: [''],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
}

/** Names under which a metric's series are stored; those of a patterned one are not known. */
export function seriesNames(metric: MetricReference): string[] {
  if (metric.pattern !== undefined) return []
  const endings = metric.native === true ? ['', ...ENDINGS[metric.type]] : ENDINGS[metric.type]
  const fixed = [metric.name, ...(metric.aliases ?? [])].filter((name) => !name.includes('<'))
  return fixed.flatMap((name) => endings.map((ending) => name + ending))
}

/** Whether a series of this name is one of the metric's. */
export function seriesTest(metric: MetricReference): (name: string) => boolean {
  const names = new Set(seriesNames(metric))
  const { pattern, type } = metric
  if (pattern === undefined) return (name) => names.has(name)
  const fits = patternTest(pattern)
  return (name) => ENDINGS[type].some((end) => name.endsWith(end) && fits(cut(name, end)))
}

/** What a pack's expressions may ask for: its reference, its records, and what is always there. */
export class KnownSeries {
  readonly #names: Set<string>
  readonly #patterns: readonly ((name: string) => boolean)[]
  /** Whoever asks by the pattern of a metric asks for that metric. */
  readonly #patternTexts: ReadonlySet<string>

  constructor(pack: Pack) {
    this.#names = new Set([...pack.metrics.flatMap(seriesNames), ...recordedNames(pack)])
    this.#patternTexts = new Set(pack.metrics.flatMap(({ pattern }) => pattern ?? []))
    this.#patterns = pack.metrics
      .filter(({ pattern }) => pattern !== undefined)
      .map((metric) => seriesTest(metric))
  }

  has(asked: NameTest): boolean {
    if (asked.kind === 'is') return this.#isKnown(asked.name)
    if (this.#patternTexts.has(asked.pattern)) return true
    const fits = patternTest(asked.pattern)
    return [...this.#names].some(fits)
  }

  #isKnown(name: string): boolean {
    return this.#names.has(name) || GIVEN.test(name) || this.#patterns.some((fits) => fits(name))
  }
}

function cut(name: string, ending: string): string {
  return name.slice(0, name.length - ending.length)
}

function patternTest(pattern: string): (name: string) => boolean {
  return valueTest({ name: '__name__', operator: '=~', value: pattern })
}

export function askedText(asked: NameTest): string {
  return asked.kind === 'is' ? asked.name : `{__name__=~"${asked.pattern}"}`
}
