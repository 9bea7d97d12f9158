import { z } from 'zod'
import {
  type ConfigSource,
  checkShape,
  configError,
  readYaml,
  showPath,
  type ConfigProblem,
} from '../config-source.ts'
import { durationValue, listOf, textMap, textValue } from '../config-values.ts'

/**
 * A file of unit tests of rules, as Prometheus has them: series over time, what must then fire, and
 * what queries must then answer.
 *
 * @see prometheus:docs/configuration/unit_testing_rules.md
 */
export interface RulesTestFile {
  readonly fileName: string
  /** As they are written: relative to the file, with `*` and its like in them. */
  readonly ruleFiles: readonly string[]
  readonly evaluationIntervalMs: number
  readonly groupEvalOrder: readonly string[]
  /** Numbers may differ by their last bit. */
  readonly isFuzzy: boolean
  readonly tests: readonly RulesTest[]
}

export interface RulesTest {
  /** '' when nobody named it. */
  readonly name: string
  readonly line: number | undefined
  readonly intervalMs: number
  readonly startMs: number
  readonly externalLabels: Readonly<Record<string, string>>
  readonly externalUrl: string
  readonly inputSeries: readonly { readonly series: string; readonly values: string }[]
  readonly alertTests: readonly AlertTest[]
  readonly exprTests: readonly ExprTest[]
}

export interface AlertTest {
  readonly line: number | undefined
  readonly evalMs: number
  readonly alertName: string
  readonly expected: readonly {
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
  }[]
}

export interface ExprTest {
  readonly line: number | undefined
  readonly evalMs: number
  readonly expr: string
  readonly expected: readonly {
    readonly labels: string
    readonly value: number
    /** '' when it is no histogram. */
    readonly histogram: string
  }[]
}

const EVALUATION_INTERVAL_MS = 60_000

/** Numbers as YAML writes them, `1e3`, `0x10`, `1_000`, `.inf`. */
const numberValue = textValue.transform((text, context) => {
  const number = yamlNumber(text)
  if (number !== undefined) return number
  context.addIssue({ code: 'custom', message: `want a number, got ${JSON.stringify(text)}` })
  return z.NEVER
})

function yamlNumber(text: string): number | undefined {
  if (/^(?:|~|null|Null|NULL)$/.test(text)) return 0
  const special = /^([-+]?)\.(?:inf|Inf|INF)$/.exec(text)
  if (special !== null) return special[1] === '-' ? -Infinity : Infinity
  if (/^\.(?:nan|NaN|NAN)$/.test(text)) return Number.NaN
  const plain = text.replaceAll('_', '')
  const whole = /^([-+]?)(0[xob][\da-fA-F]+|0[0-7]+)$/.exec(plain)
  if (whole !== null) {
    const digits = whole[2]!
    const number = Number(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits)
    return Number.isNaN(number) ? undefined : whole[1] === '-' ? -number : number
  }
  if (!/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(plain)) return undefined
  const number = Number(plain)
  return Number.isFinite(number) ? number : undefined
}

/** As older YAML has them. */
const flagValue = textValue.transform((text, context) => {
  if (/^(?:y|yes|true|on)$/i.test(text)) return true
  if (/^(?:|~|null|n|no|false|off)$/i.test(text)) return false
  context.addIssue({ code: 'custom', message: `want true or false, got ${JSON.stringify(text)}` })
  return z.NEVER
})

/** RFC 3339, or seconds. */
const timeValue = textValue.transform((text, context) => {
  const ms = /^-?\d+(?:\.\d+)?$/.test(text) ? Math.round(Number(text) * 1000) : Date.parse(text)
  if (Number.isSafeInteger(ms)) return ms
  const message = `want a time such as 2026-01-31T08:00:00Z, got ${JSON.stringify(text)}`
  context.addIssue({ code: 'custom', message })
  return z.NEVER
})

const alertTestSchema = z.strictObject({
  eval_time: durationValue.default(0),
  alertname: textValue.default(''),
  exp_alerts: listOf(z.strictObject({ exp_labels: textMap, exp_annotations: textMap })),
})

const exprTestSchema = z.strictObject({
  expr: textValue.default(''),
  eval_time: durationValue.default(0),
  exp_samples: listOf(
    z.strictObject({
      labels: textValue.default(''),
      value: numberValue.default(0),
      histogram: textValue.default(''),
    }),
  ),
})

const testSchema = z.strictObject({
  interval: durationValue.default(0),
  input_series: listOf(
    z.strictObject({ series: textValue.default(''), values: textValue.default('') }),
  ),
  alert_rule_test: listOf(alertTestSchema),
  promql_expr_test: listOf(exprTestSchema),
  external_labels: textMap,
  external_url: textValue.default(''),
  name: textValue.default(''),
  start_timestamp: timeValue.default(0),
})

const fileSchema = z.strictObject({
  rule_files: listOf(textValue),
  evaluation_interval: durationValue.default(0),
  group_eval_order: listOf(textValue),
  fuzzy_compare: flagValue.default(false),
  tests: listOf(testSchema),
})

/** @throws {WeirError} `RULES_TEST_INVALID`, naming file, line and key */
export function parseRulesTest(text: string, fileName: string): RulesTestFile {
  const { source, problems } = readYaml(text, fileName)
  if (problems.length > 0) throw invalid(fileName, problems)
  const shape = checkShape(fileSchema, source)
  if (shape.value === undefined) throw invalid(fileName, shape.problems)
  const { value } = shape
  const found = [...quoted(value, source), ...repeated(value, source)]
  if (found.length > 0) throw invalid(fileName, found)
  const evaluationIntervalMs = value.evaluation_interval || EVALUATION_INTERVAL_MS
  return {
    fileName,
    ruleFiles: value.rule_files,
    evaluationIntervalMs,
    groupEvalOrder: value.group_eval_order,
    isFuzzy: value.fuzzy_compare,
    tests: value.tests.map((test, i) => testOf(test, i, { source, evaluationIntervalMs })),
  }
}

type FileShape = z.output<typeof fileSchema>

function testOf(
  test: FileShape['tests'][number],
  index: number,
  file: { readonly source: ConfigSource; readonly evaluationIntervalMs: number },
): RulesTest {
  const lineOf = (...path: readonly PropertyKey[]): number | undefined =>
    file.source.lineOf(['tests', index, ...path])
  return {
    name: test.name,
    line: lineOf(),
    intervalMs: test.interval || file.evaluationIntervalMs,
    startMs: test.start_timestamp,
    externalLabels: test.external_labels,
    externalUrl: test.external_url,
    inputSeries: test.input_series,
    alertTests: test.alert_rule_test.map(({ eval_time, alertname, exp_alerts }, i) => ({
      line: lineOf('alert_rule_test', i),
      evalMs: eval_time,
      alertName: alertname,
      expected: exp_alerts.map(({ exp_labels, exp_annotations }) => ({
        labels: exp_labels,
        annotations: exp_annotations,
      })),
    })),
    exprTests: test.promql_expr_test.map(({ expr, eval_time, exp_samples }, i) => ({
      line: lineOf('promql_expr_test', i),
      evalMs: eval_time,
      expr,
      expected: exp_samples,
    })),
  }
}

/** A number in quotes is a text, for Go; so it is for us. */
function quoted({ tests, fuzzy_compare }: FileShape, source: ConfigSource): ConfigProblem[] {
  const paths: (readonly PropertyKey[])[] = tests.flatMap(({ promql_expr_test }, i) =>
    promql_expr_test.flatMap(({ exp_samples }, j) =>
      exp_samples.map((_, k) => ['tests', i, 'promql_expr_test', j, 'exp_samples', k, 'value']),
    ),
  )
  if (fuzzy_compare) paths.push(['fuzzy_compare'])
  return paths
    .filter((path) => source.isQuoted(path))
    .map((path) => problem(source, path, 'take the quotes away'))
}

function repeated({ group_eval_order: order }: FileShape, source: ConfigSource): ConfigProblem[] {
  return order.flatMap((name, i) =>
    order.indexOf(name) === i
      ? []
      : [problem(source, ['group_eval_order', i], `group ${JSON.stringify(name)} is repeated`)],
  )
}

function problem(source: ConfigSource, path: readonly PropertyKey[], what: string): ConfigProblem {
  return { line: source.lineOf(path), path: showPath(path), what }
}

function invalid(fileName: string, problems: readonly ConfigProblem[]): Error {
  return configError('RULES_TEST_INVALID', 'tests of rules', fileName, problems)
}
