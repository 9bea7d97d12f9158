import type { RuleGroup } from '../../api/prometheus.ts'

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

/** Spans that the form offers. */
export const SPANS: readonly (readonly [days: number, words: string])[] = [
  [1, '1 day'],
  [7, '7 days'],
  [30, '30 days'],
  [90, '90 days'],
]

type AlertingRule = Extract<RuleGroup['rules'][number], { readonly type: 'alerting' }>

export interface RuleChoice {
  readonly key: string
  readonly file: string
  readonly group: string
  readonly interval: number
  readonly rule: AlertingRule
}

/** The alerting rules that are loaded, in order. */
export function choicesOf(groups: readonly RuleGroup[]): RuleChoice[] {
  return groups.flatMap(({ file, name, interval, rules }) =>
    rules.flatMap((rule, i) =>
      rule.type === 'alerting'
        ? [{ key: `${file};${name};${i}`, file, group: name, interval, rule }]
        : [],
    ),
  )
}

const DAY_MS = 86_400_000

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
  const written = { alert: name, expr: query, for: `${duration}s`, labels }
  return { ...shared, rules: fileOf(group, `${interval}s`, written) }
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
