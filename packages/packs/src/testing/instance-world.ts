/**
 * A pack's StatsD series as they are when one Weir gets every line, and as they are when three get them:
 * each then has a counter of its own, told apart by `weir_instance`, and the counters of the three add up to
 * the counter of the one.
 */
import { Labels, METRIC_NAME, SampleColumns } from '@weir/model'
import { MemoryQueryable, instantQuery, parseExpr, selectorsOf } from '@weir/promql'
import type { MetricReference } from '../api.ts'
import type { MappingRule, Pack } from '../pack.ts'
import { packRuleGroups } from '../rule-groups.ts'

const INSTANCE = 'weir_instance'
const HIDDEN = new Set([INSTANCE, METRIC_NAME])
const WEIRS = ['w0', 'w1', 'w2'] as const
const STEP_MS = 15_000
const START_MS = Date.UTC(2026, 0, 5)
/** Long enough for the windows of most rules; the last steps are evaluated. */
const SAMPLES = 300
const EVALUATED = 4
/** What stands for what the data fills in: two of each. */
const VALUES = ['alpha', 'beta'] as const
const BUCKETS = ['0.5', '10', '+Inf'] as const

/**
 * Who gets what: one Weir all; of three each its part of the counters, while each sender's gauges go to one of
 * them; of three each its part of the counters, and every gauge.
 */
export type Spread = 'one' | 'senders' | 'packets'

/** A counter: how far it is at a step. */
type Counter = (step: number) => number

interface StatsdSeries {
  readonly labels: Readonly<Record<string, string>>
  readonly counter?: Counter
  readonly gauge?: (step: number) => number
}

/** What an expression answers: by labels, or what is wrong with it. */
export type Answers = ReadonlyMap<string, number> | string

/** Evaluates all rules of a pack as they run, and tells what each answered last. */
export function answersOf(pack: Pack, spread: Spread): ReadonlyMap<string, Answers> {
  const source = new MemoryQueryable()
  for (const series of statsdSeries(pack)) put(source, series, spread)
  const rules = packRuleGroups(pack).flatMap((group) => group.rules)
  const answers = new Map<string, Answers>()
  for (let step = SAMPLES - EVALUATED; step < SAMPLES; step++) {
    const timeMs = START_MS + step * STEP_MS
    for (const [i, rule] of rules.entries()) {
      const name = 'record' in rule ? rule.record : rule.alert
      const answer = ask(source, rule.expr, timeMs)
      answers.set(`${i} ${name}`, typeof answer === 'string' ? answer : shown(answer))
      if (typeof answer === 'string' || !('record' in rule)) continue
      for (const { labels, value } of answer) {
        const own = Object.entries(rule.labels ?? {})
        const named = own.reduce((all, [k, v]) => all.with(k, v), labels.with(METRIC_NAME, name))
        add(source, named, [[timeMs, value]])
      }
    }
  }
  return answers
}

interface Answer {
  readonly labels: Labels
  readonly value: number
}

function ask(source: MemoryQueryable, expr: string, timeMs: number): readonly Answer[] | string {
  try {
    const { value } = instantQuery(source, { expr, timeMs })
    if (value.kind === 'vector') return value.series
    return value.kind === 'scalar' ? [{ labels: Labels.EMPTY, value: value.value }] : value.kind
  } catch (cause) {
    return (cause as Error).message
  }
}

/** By labels without the instance: where that leaves two of the same, both are shown. */
function shown(answer: readonly Answer[]): ReadonlyMap<string, number> {
  const all = new Map<string, number>()
  for (const { labels, value } of answer) {
    const key = labels.without(HIDDEN).toString()
    all.set(all.has(key) ? `${key} of ${labels.get(INSTANCE)}` : key, value)
  }
  return all
}

/**
 * Every series that the pack's mapping can make, and those that reporters of the SDK send as increments. Labels
 * have the values that its rules look for.
 */
function statsdSeries(pack: Pack): readonly StatsdSeries[] {
  const looked = lookedFor(pack)
  const tags = new Map(pack.metrics.map(({ name, labels }) => [name, labels]))
  const all = new Map<string, StatsdSeries>()
  const take = (series: StatsdSeries): void => {
    const key = Labels.of(series.labels).key()
    if (!all.has(key)) all.set(key, series)
  }
  const reported = pack.id === 'kafka-iceberg' ? pack.metrics.flatMap(rulesOf) : []
  for (const rule of [...(pack.mapping?.mappings ?? []), ...reported]) {
    if (rule.action === 'drop') continue
    const own = tags.get(rule.name) ?? []
    for (const labels of labellings(rule, own, looked)) seriesOf(rule, labels).forEach(take)
  }
  return [...all.values()]
}

/** What a metric of the reference would be as a rule of a mapping. Flink tells how far its counters are. */
function rulesOf({ name, aliases = [], type, labels }: MetricReference): readonly MappingRule[] {
  const isReady = name.startsWith('flink_') && type === 'counter'
  const match_metric_type =
    isReady || type === 'gauge' ? 'gauge' : type === 'counter' ? type : 'observer'
  const tagged = Object.fromEntries(labels.map((label) => [label, '$1']))
  return [name, ...aliases]
    .filter((one) => /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(one))
    .map((one) => ({ match: '', name: one, match_metric_type, labels: tagged }))
}

/** The values that selectors of the pack's rules name, by label. */
function lookedFor(pack: Pack): ReadonlyMap<string, ReadonlySet<string>> {
  const all = new Map<string, Set<string>>()
  const rules = packRuleGroups(pack).flatMap((group) => group.rules)
  for (const { expr } of rules) {
    const matchers = selectorsOf(parseExpr(expr)).flatMap((one) => one.matchers)
    for (const { name, value, operator } of matchers) {
      if (name === METRIC_NAME || (operator !== '=' && operator !== '=~')) continue
      const words = value.split('|').filter((word) => /^[\w:. -]+$/.test(word))
      const known = all.get(name) ?? new Set()
      all.set(
        name,
        words.reduce((set, word) => set.add(word), known),
      )
    }
  }
  return all
}

/** Labels of two of each kind; and of one of each value that is looked for. */
function labellings(
  rule: MappingRule,
  tags: readonly string[],
  looked: ReadonlyMap<string, ReadonlySet<string>>,
): readonly Readonly<Record<string, string>>[] {
  const texts = { ...Object.fromEntries(tags.map((tag) => [tag, '$1'])), ...rule.labels }
  const filled = (value: string): Record<string, string> =>
    Object.fromEntries(
      Object.entries(texts).map(([label, text]) => [label, text.replace(/\$\{?\d\}?/g, value)]),
    )
  const wanted = Object.entries(texts)
    .filter(([, text]) => text.includes('$'))
    .flatMap(([label]) => [...(looked.get(label) ?? [])].map((value) => ({ label, value })))
  return [
    ...VALUES.map(filled),
    ...wanted.flatMap(({ label, value }) => VALUES.map((v) => ({ ...filled(v), [label]: value }))),
  ]
}

function seriesOf(
  rule: MappingRule,
  own: Readonly<Record<string, string>>,
): readonly StatsdSeries[] {
  const name = rule.name.replace(/\$\{?\d\}?/g, VALUES[0]).replace(/[^a-zA-Z0-9_:]/g, '_')
  const labels = { ...own, [METRIC_NAME]: name }
  const weight = (name.length % 7) + (Object.values(own).join('').length % 5) + 2
  if (rule.match_metric_type === 'gauge') {
    return [{ labels, gauge: (step) => weight + (step % 11) }]
  }
  if (rule.match_metric_type === 'observer' || rule.observer_type !== undefined) {
    return observed(labels, weight)
  }
  return [{ labels, counter: (step) => weight * step + 1000 }]
}

/** A histogram whose values lie in all of its buckets. */
function observed(
  { [METRIC_NAME]: name = '', ...labels }: Readonly<Record<string, string>>,
  weight: number,
): readonly StatsdSeries[] {
  const counter =
    (factor: number): Counter =>
    (step) =>
      factor * (weight * step + 1000)
  return [
    ...BUCKETS.map((le, i) => ({
      labels: { ...labels, [METRIC_NAME]: `${name}_bucket`, le },
      counter: counter(i + 1),
    })),
    { labels: { ...labels, [METRIC_NAME]: `${name}_sum` }, counter: counter(7) },
    { labels: { ...labels, [METRIC_NAME]: `${name}_count` }, counter: counter(BUCKETS.length) },
  ]
}

function put(
  source: MemoryQueryable,
  { labels, counter, gauge }: StatsdSeries,
  spread: Spread,
): void {
  const steps = Array.from({ length: SAMPLES }, (_, step) => step)
  const at = (step: number): number => START_MS + step * STEP_MS
  const own = Labels.of(labels)
  const value = counter ?? gauge!
  if (spread === 'one') {
    add(
      source,
      own,
      steps.map((step) => [at(step), value(step)] as const),
    )
    return
  }
  for (const [i, weir] of WEIRS.entries()) {
    if (counter === undefined && spread === 'senders' && i !== senderOf(labels)) continue
    const part = (step: number): number =>
      counter === undefined ? value(step) : partOf(counter(step), i)
    add(
      source,
      own.with(INSTANCE, weir),
      steps.map((step) => [at(step), part(step)] as const),
    )
  }
}

/** Which Weir a sender talks to: who fills in the same talks to the same. */
function senderOf(labels: Readonly<Record<string, string>>): number {
  return Object.values(labels).includes(VALUES[1]) ? 1 : 0
}

/** A half, a third and the rest: whole numbers that add up. */
function partOf(count: number, weir: number): number {
  const [half, third] = [Math.floor(count / 2), Math.floor(count / 3)]
  return [half, third, count - half - third][weir]!
}

function add(
  source: MemoryQueryable,
  labels: Labels,
  samples: readonly (readonly [number, number])[],
): void {
  const columns = new SampleColumns(samples.length)
  for (const [timeMs, value] of samples) columns.push(timeMs, value)
  source.add(labels, columns)
}
