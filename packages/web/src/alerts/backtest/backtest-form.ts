import type { RuleGroup } from '../../api/prometheus.ts'
import type { RuleRow, RuleSource } from '../../api/rules.ts'
import { rowsOf } from '../rules/rule-lines.ts'

/** What is to be tried, as the form holds it: all texts. */
export interface BacktestForm {
  /** Place of the rule in the list; '' for one that is written here. */
  readonly rule: string
  readonly expr: string
  readonly forText: string
  readonly thresholds: string
  readonly fors: string
  readonly days: number
}

export const EMPTY: BacktestForm = {
  rule: '',
  expr: '',
  forText: '5m',
  thresholds: '',
  fors: '',
  days: 30,
}

const DAY_MS = 86_400_000

/** Spans that the form offers. */
export const SPANS: readonly (readonly [days: number, words: string])[] = [
  [1 / 24, '1 hour'],
  [1, '1 day'],
  [7, '7 days'],
  [30, '30 days'],
  [90, '90 days'],
]

/** The span to begin with: the shortest that holds all that is stored, and a month at most. */
export function daysOf(storedMs: number | null): number {
  const days = (storedMs ?? Infinity) / DAY_MS
  return SPANS.find(([span]) => span >= Math.min(days, EMPTY.days))?.[0] ?? EMPTY.days
}

type AlertingRule = Extract<RuleGroup['rules'][number], { readonly type: 'alerting' }>

export interface RuleChoice {
  readonly key: string
  readonly file: string
  readonly group: string
  readonly interval: number
  readonly rule: AlertingRule
  /** All that it says, where it is known. */
  readonly source?: RuleSource
}

/** The alerting rules that are loaded, in order. */
export function choicesOf(
  groups: readonly RuleGroup[],
  rows: readonly RuleRow[] = [],
): RuleChoice[] {
  const rowOf = rowsOf(groups, rows)
  return groups.flatMap(({ file, name, interval, rules }) =>
    rules.flatMap((rule, i) => {
      if (rule.type !== 'alerting') return []
      const source = rowOf.get(rule.labels)?.rule
      const choice = { key: `${file};${name};${i}`, file, group: name, interval, rule }
      return [source === undefined ? choice : { ...choice, source }]
    }),
  )
}

/** The parameters that begin the test. A rule that is written here, or kept on the page, goes along as text. */
export function parametersOf(
  form: BacktestForm,
  choice: RuleChoice | undefined,
  { nowMs, timeZone }: { readonly nowMs: number; readonly timeZone: string },
): Record<string, string> {
  const shared = {
    start: String((nowMs - form.days * DAY_MS) / 1000),
    timezone: timeZone,
    thresholds: form.thresholds,
    fors: form.fors,
  }
  if (choice === undefined) {
    const rule = { alert: 'New rule', expr: form.expr, for: form.forText.trim() || '0s' }
    return { ...shared, rules: fileOf('new', undefined, rule) }
  }
  const { file, group, rule, interval } = choice
  if (file !== 'page') return { ...shared, file, group, rule: rule.name }
  const { name, query, duration, labels } = rule
  const plain = { alert: name, expr: query, for: `${duration}s`, labels }
  return { ...shared, rules: fileOf(group, `${interval}s`, choice.source ?? plain) }
}

/** JSON is YAML. */
function fileOf(name: string, interval: string | undefined, rule: object): string {
  return JSON.stringify({ groups: [{ name, interval, rules: [rule] }] })
}

/** What is wrong with a list of numbers; undefined when it is fine. */
export function thresholdProblem(text: string): string | undefined {
  const odd = itemsOf(text).find((item) => Number.isNaN(Number(item)))
  return odd === undefined ? undefined : `"${odd}" is no number`
}

/** The same for durations. */
export function durationProblem(text: string): string | undefined {
  const odd = itemsOf(text).find((item) => !/^(?:0|(?:\d+(?:ms|[smhdwy]))+)$/.test(item))
  return odd === undefined ? undefined : `"${odd}" is no duration such as 5m`
}

function itemsOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}
