import { WeirError } from '@weir/model'
import { MemoryQueryable } from '../memory-queryable.ts'
import { instantQuery, rangeQuery } from '../query.ts'
import type { QueryResult } from '../result.ts'
import { commonAnnotation, isKnownFailure, isKnownValue } from './known-differences.ts'
import type { PeerAnswer, PrometheusPeer, TestSeries } from './prometheus.ts'
import type { Random } from './random.ts'
import { DATA_MS, DATA_START_MS, RandomQuery } from './random-query.ts'

/** Features that both sides run with. */
export const FEATURES: ReadonlySet<string> = new Set(['promql-experimental-functions'])

export function memoryOf(series: readonly TestSeries[]): MemoryQueryable {
  const memory = new MemoryQueryable()
  for (const { labels, columns } of series) memory.add(labels, columns)
  return memory
}

/** Asks both sides random questions; returns what they disagree on, a sentence each. */
export async function disagreements(
  peer: PrometheusPeer,
  memory: MemoryQueryable,
  random: Random,
  count: number,
): Promise<string[]> {
  const queries = new RandomQuery(random)
  const found: string[] = []
  for (let i = 0; i < count; i++) {
    const expr = queries.any()
    const startMs = DATA_START_MS + random.below(DATA_MS)
    const stepMs = random.pick([7000, 15_000, 60_000, 137_000, 600_000])
    const isRange = random.chance(0.6)
    const endMs = isRange ? startMs + stepMs * random.below(30) : startMs
    const theirs = isRange
      ? await peer.range(expr, startMs, endMs, stepMs)
      : await peer.instant(expr, startMs)
    const problem = compare(expr, theirs, () =>
      isRange
        ? rangeQuery(memory, { expr, startMs, endMs, stepMs, options: { features: FEATURES } })
        : instantQuery(memory, { expr, timeMs: startMs, options: { features: FEATURES } }),
    )
    if (problem !== '') {
      const when = `${startMs - DATA_START_MS}..${endMs - DATA_START_MS}/${stepMs}`
      found.push(`${expr}  [${isRange ? when : startMs - DATA_START_MS}]: ${problem}`)
    }
  }
  return found
}

/** What is different, '' when nothing is. */
function compare(expr: string, theirs: PeerAnswer, ask: () => QueryResult): string {
  let ours: QueryResult
  try {
    ours = ask()
  } catch (error) {
    if (!(error instanceof WeirError)) return `ours broke: ${String(error)}`
    if (isKnownFailure(expr, theirs, error)) return ''
    if (theirs.status !== 'error') return `ours failed: ${error.message}`
    if (theirs.errorType !== error.apiType) {
      return `error types: theirs ${theirs.errorType} ${theirs.error}, ours ${error.apiType} ${error.message}`
    }
    return sameSentence(theirs.error ?? '', error.message)
      ? ''
      : `errors: theirs ${theirs.error}, ours ${error.message}`
  }
  if (theirs.status === 'error') {
    return isKnownFailure(expr, theirs, undefined) ? '' : `theirs failed: ${theirs.error}`
  }
  if (isKnownValue(expr)) return ''
  const annotations = compareAnnotations(theirs, ours)
  return compareValues(theirs, ours) || annotations
}

/**
 * Where there are many culprits, either side may name another one: Prometheus goes step by step, we
 * go series by series.
 */
function sameSentence(theirs: string, ours: string): boolean {
  const kind = (text: string): string =>
    text
      .replace(/^invalid parameter "query": /, '')
      .replace(/^found duplicate series for the match group .*/, 'several partners')
      .replace(/^multiple matches for labels: .*/, 'several partners')
  return kind(theirs) === kind(ours)
}

function compareAnnotations(theirs: PeerAnswer, ours: QueryResult): string {
  for (const kind of ['warnings', 'infos'] as const) {
    const a = sorted(theirs[kind] ?? [])
    const b = sorted(ours[kind])
    if (a !== b) return `${kind}: theirs ${a || 'none'}, ours ${b || 'none'}`
  }
  return ''
}

/** Unique and in order. */
function sorted(annotations: readonly string[]): string {
  const plain = annotations.map(commonAnnotation).filter((text) => text !== '')
  return [...new Set(plain)].sort().join(' | ')
}

type Pairs = readonly (readonly [timeS: number, value: string])[]
interface PeerSeries {
  readonly metric: Readonly<Record<string, string>>
  readonly value?: readonly [number, string]
  readonly values?: Pairs
}

function compareValues(theirs: PeerAnswer, ours: QueryResult): string {
  const { resultType, result } = theirs.data!
  if (resultType !== ours.value.kind) return `kinds: theirs ${resultType}, ours ${ours.value.kind}`
  const { value } = ours
  if (value.kind === 'scalar' || value.kind === 'string') {
    const [, text] = result as [number, string]
    const same = value.kind === 'string' ? text === value.value : near(parse(text), value.value)
    return same ? '' : `theirs ${text}, ours ${value.value}`
  }
  const mine = new Map<string, Map<number, number>>()
  for (const series of value.series) {
    const points = new Map<number, number>()
    if ('times' in series) {
      series.times.forEach((time, i) => points.set(time, series.values[i]!))
    } else points.set(series.timeMs, series.value)
    mine.set(nameOf(series.labels.toJSON()), points)
  }
  const peers = result as readonly PeerSeries[]
  if (peers.length !== mine.size) {
    const names = peers.map(({ metric }) => nameOf(metric))
    const extra = [...mine.keys()].filter((name) => !names.includes(name))
    const missing = names.filter((name) => !mine.has(name))
    return `series: theirs ${peers.length}, ours ${mine.size}; missing ${missing.join(' ')}; extra ${extra.join(' ')}`
  }
  for (const { metric, value: one, values } of peers) {
    const points = mine.get(nameOf(metric))
    if (points === undefined)
      return `no series ${nameOf(metric)}; ours ${[...mine.keys()].join(' ')}`
    const pairs = values ?? [one!]
    if (pairs.length !== points.size) {
      return `${nameOf(metric)}: theirs ${pairs.length} samples, ours ${points.size}`
    }
    for (const [timeS, text] of pairs) {
      const got = points.get(Math.round(timeS * 1000))
      if (got === undefined || !near(parse(text), got)) {
        return `${nameOf(metric)} at ${Math.round(timeS * 1000) - DATA_START_MS}: theirs ${text}, ours ${got}`
      }
    }
  }
  return ''
}

function nameOf(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify(Object.fromEntries(pairs))
}

function parse(text: string): number {
  return Number(text.replace('Inf', 'Infinity'))
}

const RELATIVE_MAX = 1e-9

/** Equal within 1e-9 of the larger; differences far below what the data is made of count as none. */
function near(a: number, b: number): boolean {
  if (Object.is(a, b) || a === b) return true
  const difference = Math.abs(a - b)
  return difference <= RELATIVE_MAX * Math.max(Math.abs(a), Math.abs(b)) || difference < 1e-11
}
