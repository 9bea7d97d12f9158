import { Labels, METRIC_NAME } from '@weir/model'
import { formatExpr, parseExpr } from '@weir/promql'
import { z } from 'zod'
import {
  type ConfigProblem,
  type ConfigSource,
  checkShape,
  configError,
  objectSource,
  showProblem,
  readYaml,
  showPath,
  withoutUnknownKeys,
} from '../config-source.ts'
import { durationValue, integerValue, listOf, textMap, textValue } from '../config-values.ts'
import {
  type Additions,
  OWN_RULE_KEYS,
  additionsOf,
  deadmanOf,
  noDataKeys,
  ownRuleKeys,
} from './additions.ts'
import { RuleTemplate } from '../template/prometheus.ts'
import { RULE_STORES, type RuleStore, checkLogExpr } from './log-expr.ts'
import type { RuleFile, RuleGroupSource } from './source.ts'

/** A rule group, checked and ready to run. */
export interface RuleGroup {
  readonly file: string
  readonly name: string
  /** Undefined: as the rest of Weir. */
  readonly intervalMs: number | undefined
  readonly queryOffsetMs: number | undefined
  /** Most series or alerts of one rule; 0 is no limit. */
  readonly limit: number
  readonly rules: readonly Rule[]
}

export type Rule = AlertingRuleSpec | RecordingRuleSpec

export interface RecordingRuleSpec {
  readonly kind: 'recording'
  readonly source: RuleStore
  readonly name: string
  readonly expr: string
  readonly labels: Labels
  /** Labels given with an empty value: they are taken away. */
  readonly removedLabels: ReadonlySet<string>
}

export interface AlertingRuleSpec extends Additions {
  readonly kind: 'alerting'
  readonly source: RuleStore
  readonly name: string
  readonly expr: string
  readonly forMs: number
  readonly keepFiringForMs: number
  readonly labels: ReadonlyMap<string, TemplatedText>
  readonly annotations: ReadonlyMap<string, TemplatedText>
}

export interface TemplatedText {
  readonly text: string
  readonly template: RuleTemplate
}

/** `weir check rules`: what is wrong with a file, and what is only odd. */
export interface RulesCheck {
  readonly ruleCount: number
  /** Any of these makes the file unusable: `line 3: groups[0].name: …`. */
  readonly problems: readonly string[]
  /** Rules that say the same thing twice. */
  readonly lints: readonly string[]
}

/** Where a default for the rules below may stand: a file, a group. */
const inheritedKeys = {
  ...noDataKeys,
  source: z.enum(RULE_STORES, { error: 'want metrics or logs' }).optional(),
}

const ruleSchema = z.strictObject({
  record: textValue.default(''),
  alert: textValue.default(''),
  expr: textValue.default(''),
  for: durationValue.default(0),
  keep_firing_for: durationValue.default(0),
  labels: textMap,
  annotations: textMap,
  ...inheritedKeys,
  ...ownRuleKeys,
})

const groupSchema = z.strictObject({
  name: textValue.default(''),
  interval: durationValue.default(0),
  query_offset: durationValue.optional(),
  limit: integerValue.default(0),
  labels: textMap,
  rules: listOf(ruleSchema),
  ...inheritedKeys,
})

const fileSchema = z.strictObject({ groups: listOf(groupSchema), ...inheritedKeys })

type GroupShape = z.output<typeof groupSchema>
type RuleShape = z.output<typeof ruleSchema>
type InheritedShape = Pick<RuleShape, keyof typeof inheritedKeys>

/** @throws {WeirError} `RULES_INVALID`, naming file, line and key */
export function parseRuleFile(
  file: RuleFile,
  features: readonly string[] = [],
  unknownKeys: 'refused' | 'ignored' = 'refused',
): RuleGroup[] {
  const { groups, problems } = readGroups(file, features, unknownKeys)
  if (problems.length > 0) throw configError('RULES_INVALID', 'rules', file.fileName, problems)
  return groups
}

/** Groups given as objects. @throws {WeirError} `RULES_INVALID` */
export function parseRuleGroups(
  sources: readonly RuleGroupSource[],
  features: readonly string[] = [],
): RuleGroup[] {
  return sources.flatMap(({ file, ...group }) => {
    const source = objectSource({ groups: [group] }, file ?? 'built-in')
    const { groups, problems } = groupsOf(source, features)
    if (problems.length > 0) {
      throw configError('RULES_INVALID', 'rules', source.fileName, problems)
    }
    return groups
  })
}

/** What is wrong with a group given as an object; paths begin below the group. */
export function groupProblems(
  { file, ...group }: RuleGroupSource,
  features: readonly string[] = [],
): { readonly path: string; readonly what: string }[] {
  const { problems } = groupsOf(objectSource({ groups: [group] }, file ?? 'built-in'), features)
  return problems.map(({ path, what }) => ({ path: path.replace(/^groups\[0\]\.?/, ''), what }))
}

/** @param options `forPrometheus`: keys that only Weir knows are problems, too; `source`: what rules ask that do not say; `features`: names of `--enable-feature` */
export function checkRules(
  text: string,
  fileName: string,
  {
    forPrometheus = false,
    source,
    features = [],
  }: {
    readonly forPrometheus?: boolean
    readonly source?: RuleStore | undefined
    readonly features?: readonly string[]
  } = {},
): RulesCheck {
  const file = { fileName, text, ...(source === undefined ? {} : { source }) }
  const checked = readGroups(file, features)
  const { groups } = checked
  const problems = [...checked.problems, ...(forPrometheus ? ownKeysIn(text, fileName) : [])]
  const seen = new Set<string>()
  const lints: string[] = []
  for (const rule of groups.flatMap((group) => group.rules)) {
    const identity = showIdentity(rule)
    if (seen.has(identity)) lints.push(`rule ${identity} is there more than once`)
    seen.add(identity)
  }
  const ruleCount = groups.reduce((count, group) => count + group.rules.length, 0)
  return { ruleCount, problems: problems.map(showProblem), lints }
}

/** Where a file says what Prometheus does not understand. */
function ownKeysIn(text: string, fileName: string): ConfigProblem[] {
  const { source } = readYaml(text, fileName)
  const found = (value: unknown, keys: readonly string[], path: readonly PropertyKey[]) =>
    Object.keys(value ?? {})
      .filter((key) => keys.includes(key))
      .map((key) => ({
        line: source.lineOf([...path, key]),
        path: showPath([...path, key]),
        what: 'Prometheus does not know this key',
      }))
  const file = fileSchema.safeParse(source.value)
  if (!file.success) return []
  const above = Object.keys(inheritedKeys)
  const { groups } = source.value as {
    readonly groups?: readonly Readonly<Record<string, unknown>>[]
  }
  return [
    ...found(source.value, above, []),
    ...[...(groups ?? [])].flatMap((group, i) => [
      ...found(group, above, ['groups', i]),
      ...[...((group['rules'] ?? []) as readonly unknown[])].flatMap((rule, j) =>
        found(rule, [...OWN_RULE_KEYS, 'source'], ['groups', i, 'rules', j]),
      ),
    ]),
  ]
}

function showIdentity(rule: Rule): string {
  const labels =
    rule.kind === 'recording'
      ? rule.labels
      : Labels.fromFlat([...rule.labels].flatMap(([name, { text }]) => [name, text]))
  return `${rule.name}${labels.toString()}`
}

function readGroups(
  { fileName, text, source: store }: RuleFile,
  features: readonly string[],
  unknownKeys: 'refused' | 'ignored' = 'refused',
): Checked {
  const { source, problems } = readYaml(text, fileName)
  if (problems.length > 0) return { groups: [], problems }
  const known = unknownKeys === 'refused' ? source : withoutUnknownKeys(fileSchema, source)
  return groupsOf(known, features, store)
}

interface Checked {
  readonly groups: RuleGroup[]
  readonly problems: ConfigProblem[]
}

function groupsOf(source: ConfigSource, features: readonly string[], store?: RuleStore): Checked {
  const shape = checkShape(fileSchema, source)
  if (shape.value === undefined) return { groups: [], problems: shape.problems }
  const checker = new Checker(source, features)
  const { groups: shapes, ...said } = shape.value
  const above = { ...said, source: said.source ?? store }
  const groups = shapes.map((group, i) => checker.group(withDefaults(group, above), ['groups', i]))
  return { groups, problems: checker.problems }
}

/** What a group or rule says of its store and of missing data, or else what stands above it. */
function withDefaults<Shape extends InheritedShape>(shape: Shape, above: InheritedShape): Shape {
  return {
    ...shape,
    source: shape.source ?? above.source,
    no_data: shape.no_data ?? above.no_data,
    no_data_for: shape.no_data_for ?? above.no_data_for,
  }
}

/** Checks what a shape cannot say, and gathers everything that is wrong. */
class Checker {
  readonly problems: ConfigProblem[] = []
  readonly #source: ConfigSource
  readonly #names = new Set<string>()
  readonly #features: ReadonlySet<string>

  constructor(source: ConfigSource, features: readonly string[]) {
    this.#features = new Set(features)
    this.#source = source
  }

  #problem(path: readonly PropertyKey[], what: string): void {
    this.problems.push({ line: this.#source.lineOf(path), path: showPath(path), what })
  }

  group(shape: GroupShape, path: readonly PropertyKey[]): RuleGroup {
    const at = [...path, 'name']
    if (shape.name === '') this.#problem(at, 'group name must not be empty')
    if (this.#names.has(shape.name)) {
      this.#problem(at, `group name ${JSON.stringify(shape.name)} is repeated in the same file`)
    }
    this.#names.add(shape.name)
    this.#labelNames(shape.labels, [...path, 'labels'], 'label')
    return {
      file: this.#source.fileName,
      name: shape.name,
      intervalMs: shape.interval === 0 ? undefined : shape.interval,
      queryOffsetMs: shape.query_offset,
      limit: shape.limit,
      rules: shape.rules.map((rule, i) => this.#rule(rule, shape, [...path, 'rules', i])),
    }
  }

  #rule(shape: RuleShape, group: GroupShape, path: readonly PropertyKey[]): Rule {
    if (shape.record !== '' && shape.alert !== '') {
      this.#problem(path, "only one of 'record' and 'alert' must be set")
    }
    if (shape.record === '' && shape.alert === '') {
      this.#problem(path, "one of 'record' or 'alert' must be set")
    }
    this.#labelNames(shape.labels, [...path, 'labels'], 'label')
    this.#labelNames(shape.annotations, [...path, 'annotations'], 'annotation')
    const labels = { ...group.labels, ...shape.labels }
    const source = shape.source ?? group.source ?? 'metrics'
    if (source === 'logs') return this.#overLogs(shape, labels, path)
    if (shape.record === '') {
      const rule = withDefaults(shape, shape.deadman === undefined ? group : {})
      return this.#alerting(rule, this.#alertExpr(shape, path), labels, path)
    }
    return this.#recording(shape, this.#expr(shape.expr, [...path, 'expr']), labels, path)
  }

  /** A rule whose expression is LogQL: no lines are an answer, so that data is never missing. */
  #overLogs(
    shape: RuleShape,
    labels: Readonly<Record<string, string>>,
    path: readonly PropertyKey[],
  ): Rule {
    const misplaced = [
      ['no_data', shape.no_data !== undefined],
      ['no_data_for', shape.no_data_for !== undefined],
      ['reset', shape.reset !== ''],
      ['levels', shape.levels !== undefined],
      ['deadman', shape.deadman !== undefined],
    ] as const
    for (const [key, isThere] of misplaced) {
      if (isThere) this.#problem([...path, key], `rules over logs have no '${key}'`)
    }
    const plain = { ...shape, reset: '', levels: undefined, deadman: undefined }
    const expr = this.#logExpr(shape.expr, [...path, 'expr'])
    const rule = { ...plain, source: 'logs', no_data: undefined, no_data_for: undefined } as const
    if (shape.record !== '') return this.#recording(rule, expr, labels, path)
    return { ...this.#alerting(rule, expr, labels, path), noData: 'resolve' }
  }

  #logExpr(text: string, path: readonly PropertyKey[]): string {
    if (text === '') this.#problem(path, "field 'expr' must be set in rule")
    else {
      try {
        checkLogExpr(text)
      } catch (cause) {
        this.#problem(path, `could not parse LogQL: ${(cause as Error).message}`)
      }
    }
    return text.trim()
  }

  /** As written, or what `deadman` stands for. */
  #alertExpr(shape: RuleShape, path: readonly PropertyKey[]): string {
    if (shape.deadman !== undefined && shape.expr !== '') {
      this.#problem([...path, 'deadman'], 'want either expr or deadman')
    }
    const made = deadmanOf(shape, (key, what) => this.#problem([...path, ...key], what))
    if (shape.deadman !== undefined && made === undefined) return shape.expr
    return this.#expr(made ?? shape.expr, [...path, 'expr'])
  }

  #expr(text: string, path: readonly PropertyKey[]): string {
    if (text === '') {
      this.#problem(path, "field 'expr' must be set in rule")
      return text
    }
    try {
      return formatExpr(parseExpr(text, this.#features))
    } catch (cause) {
      this.#problem(path, `could not parse expression: ${(cause as Error).message}`)
      return text
    }
  }

  #recording(
    shape: RuleShape,
    expr: string,
    labels: Readonly<Record<string, string>>,
    path: readonly PropertyKey[],
  ): RecordingRuleSpec {
    const misplaced = [
      ['annotations', Object.keys(shape.annotations).length > 0],
      ['for', shape.for !== 0],
      ['keep_firing_for', shape.keep_firing_for !== 0],
      ['no_data', shape.no_data !== undefined],
      ['no_data_for', shape.no_data_for !== undefined],
      ['reset', shape.reset !== ''],
      ['levels', shape.levels !== undefined],
      ['flapping', shape.flapping !== undefined],
      ['deadman', shape.deadman !== undefined],
    ] as const
    for (const [key, isThere] of misplaced) {
      if (isThere) this.#problem([...path, key], `invalid field '${key}' in recording rule`)
    }
    if (/[{}]/.test(shape.record)) {
      this.#problem(
        [...path, 'record'],
        'braces in the name of a recording rule: should they be in expr?',
      )
    }
    const removed = Object.keys(labels).filter((name) => labels[name] === '')
    return {
      kind: 'recording',
      source: shape.source ?? 'metrics',
      name: shape.record,
      expr,
      labels: Labels.of(labels),
      removedLabels: new Set(removed),
    }
  }

  #alerting(
    shape: RuleShape,
    expr: string,
    labels: Readonly<Record<string, string>>,
    path: readonly PropertyKey[],
  ): AlertingRuleSpec {
    const { alert } = shape
    const rule = { expr, forMs: shape.for, labelNames: Object.keys(labels) }
    const isReadable = !this.problems.some(({ path: at }) => at === showPath([...path, 'expr']))
    return {
      ...additionsOf(shape, rule, (key, what) => {
        if (isReadable) this.#problem([...path, ...key], what)
      }),
      kind: 'alerting',
      source: shape.source ?? 'metrics',
      name: alert,
      expr,
      forMs: shape.for,
      keepFiringForMs: shape.keep_firing_for,
      labels: this.#templates(alert, labels, [...path, 'labels']),
      annotations: this.#templates(alert, shape.annotations, [...path, 'annotations']),
    }
  }

  #templates(
    alert: string,
    texts: Readonly<Record<string, string>>,
    path: readonly PropertyKey[],
  ): Map<string, TemplatedText> {
    const templates = new Map<string, TemplatedText>()
    for (const [name, text] of Object.entries(texts)) {
      try {
        templates.set(name, { text, template: new RuleTemplate(`__alert_${alert}`, text) })
      } catch (cause) {
        this.#problem([...path, name], (cause as Error).message)
      }
    }
    return templates
  }

  #labelNames(
    texts: Readonly<Record<string, string>>,
    path: readonly PropertyKey[],
    kind: 'label' | 'annotation',
  ): void {
    for (const name of Object.keys(texts)) {
      if (name === '' || (kind === 'label' && name === METRIC_NAME)) {
        this.#problem([...path, name], `invalid ${kind} name: ${JSON.stringify(name)}`)
      }
    }
  }
}
