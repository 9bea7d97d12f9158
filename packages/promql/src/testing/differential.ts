import { type NativeHistogram, WeirError, bucketRanges } from '@weir/model'
import { DELAYED_NAME_REMOVAL } from '../features.ts'
import { MemoryQueryable } from '../memory-queryable.ts'
import { instantQuery, rangeQuery } from '../query.ts'
import type { QueryResult } from '../result.ts'
import { commonAnnotation, isKnownFailure, isKnownValue } from './known-differences.ts'
import type { PeerAnswer, PrometheusPeer, TestSeries } from './prometheus.ts'
import type { Random } from './random.ts'
import { histogramLiteral } from '../script/series-line.ts'
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
  features: ReadonlySet<string> = FEATURES,
): Promise<string[]> {
  const options = { features }
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
    const problem = compare(expr, isRange, features, theirs, () =>
      isRange
        ? rangeQuery(memory, { expr, startMs, endMs, stepMs, options })
        : instantQuery(memory, { expr, timeMs: startMs, options }),
    )
    if (problem !== '') {
      const when = `${startMs - DATA_START_MS}..${endMs - DATA_START_MS}/${stepMs}`
      found.push(`${expr}  [${isRange ? when : startMs - DATA_START_MS}]: ${problem}`)
    }
  }
  return found
}

/** What is different, '' when nothing is. */
function compare(
  expr: string,
  isRange: boolean,
  features: ReadonlySet<string>,
  theirs: PeerAnswer,
  ask: () => QueryResult,
): string {
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
  const annotations = compareAnnotations(theirs, ours)
  if (isKnownValue(expr, isRange, features.has(DELAYED_NAME_REMOVAL))) return annotations
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

/** Of several annotations that one binary operator has at a step, Prometheus tells the last. */
const OF_OPERATOR = /for binary operator /

function compareAnnotations(theirs: PeerAnswer, ours: QueryResult): string {
  const mayHaveMore = [...(theirs.warnings ?? []), ...(theirs.infos ?? [])].some((text) =>
    OF_OPERATOR.test(text),
  )
  for (const kind of ['warnings', 'infos'] as const) {
    const a = sorted(theirs[kind] ?? [])
    const b = sorted(ours[kind]).filter(
      (text) => a.includes(text) || !mayHaveMore || !OF_OPERATOR.test(text),
    )
    if (a.join() !== b.join()) {
      return `${kind}: theirs ${a.join(' | ') || 'none'}, ours ${b.join(' | ') || 'none'}`
    }
  }
  return ''
}

/** Unique and in order. */
function sorted(annotations: readonly string[]): string[] {
  const plain = annotations.map(commonAnnotation).filter((text) => text !== '')
  return [...new Set(plain)].sort()
}

type Sample = number | NativeHistogram
interface PeerHistogram {
  readonly count: string
  readonly sum: string
  readonly buckets?: readonly (readonly [number, string, string, string])[]
}
type PeerSample = readonly [timeS: number, sample: string | PeerHistogram]
interface PeerSeries {
  readonly metric: Readonly<Record<string, string>>
  readonly value?: PeerSample
  readonly values?: readonly PeerSample[]
  readonly histogram?: PeerSample
  readonly histograms?: readonly PeerSample[]
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
  const mine = new Map<string, Map<number, Sample>>()
  for (const series of value.series) {
    const points = new Map<number, Sample>()
    if ('times' in series) {
      const { times, values, histograms } = series
      times.forEach((time, i) => points.set(time, histograms?.[i] ?? values[i]!))
    } else points.set(series.timeMs, series.histogram ?? series.value)
    mine.set(nameOf(series.labels.toJSON()), points)
  }
  const peers = result as readonly PeerSeries[]
  if (peers.length !== mine.size) {
    const names = peers.map(({ metric }) => nameOf(metric))
    const extra = [...mine.keys()].filter((name) => !names.includes(name))
    const missing = names.filter((name) => !mine.has(name))
    return `series: theirs ${peers.length}, ours ${mine.size}; missing ${missing.join(' ')}; extra ${extra.join(' ')}`
  }
  for (const peer of peers) {
    const name = nameOf(peer.metric)
    const points = mine.get(name)
    if (points === undefined) return `no series ${name}; ours ${[...mine.keys()].join(' ')}`
    const samples = samplesOf(peer)
    if (samples.length !== points.size) {
      return `${name}: theirs ${samples.length} samples, ours ${points.size}`
    }
    for (const [timeS, theirsAt] of samples) {
      const got = points.get(Math.round(timeS * 1000))
      const problem = got === undefined ? 'nothing' : compareSample(theirsAt, got)
      if (problem !== '') {
        return `${name} at ${Math.round(timeS * 1000) - DATA_START_MS}: theirs ${JSON.stringify(theirsAt)}, ours ${problem}`
      }
    }
  }
  return ''
}

function samplesOf({ value, values, histogram, histograms }: PeerSeries): PeerSample[] {
  if (value !== undefined) return [value]
  if (histogram !== undefined) return [histogram]
  return [...(values ?? []), ...(histograms ?? [])]
}

/** What ours is where it is not theirs. */
function compareSample(theirs: string | PeerHistogram, ours: Sample): string {
  if (typeof theirs === 'string') {
    if (typeof ours !== 'number') return histogramLiteral(ours)
    return near(parse(theirs), ours) ? '' : String(ours)
  }
  if (typeof ours === 'number') return String(ours)
  const least = Math.abs(ours.count) * RELATIVE_MAX
  const a = (theirs.buckets ?? [])
    .map((bucket) => bucket.map((part) => parse(String(part))))
    .filter((bucket) => !(Math.abs(bucket[3]!) <= least))
  const b = bucketRanges(ours).filter((bucket) => !(Math.abs(bucket[3]) <= least))
  const isSame =
    near(parse(theirs.count), ours.count) &&
    near(parse(theirs.sum), ours.sum) &&
    a.length === b.length &&
    a.every((bucket, i) => bucket.every((part, j) => near(part, b[i]![j]!)))
  return isSame ? '' : `${histogramLiteral(ours)} ${JSON.stringify(b)}`
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
