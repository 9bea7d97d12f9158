import { Labels, METRIC_NAME } from '@weir/model'
import { BoundedHistogram } from './bounded-histogram.ts'
import { ExpositionPage } from './page.ts'
import type { SeriesNames } from './series-names.ts'

const PLAIN = 0
const COUNT = 1
const SUM = 2
const BUCKET = 3
const SUFFIXES = [
  ['_bucket', BUCKET],
  ['_count', COUNT],
  ['_sum', SUM],
] as const

const UNKNOWN = -2
const NONE = -1

/**
 * Turns the classic histograms of a page (`x_bucket`, `x_sum`, `x_count`) into native histograms with
 * the same bounds. Lines are looked at once each; from then on their part, bound and histogram are
 * known by number.
 *
 * Numbers of series here: even ones are those of the page's own table, doubled; odd ones histograms.
 * As in Prometheus the lines of a histogram must stand together under `# TYPE x histogram`, and one that
 * comes as a native histogram too is left alone. Other than there, one that contradicts itself stays as
 * it is in place of being lost.
 *
 * @see prometheus:model/textparse/nhcbparse.go
 */
export class ClassicConverter implements SeriesNames {
  readonly page = new ExpositionPage()
  #names: SeriesNames
  readonly #sent = new BoundedHistogram()
  #types: ReadonlySet<string> = new Set()
  #metadataHash = 0
  /** By line: its part, its histogram's number, its bound. */
  #parts = new Uint8Array(64)
  #groups = new Int32Array(64).fill(UNKNOWN)
  #bounds = new Float64Array(64)
  #groupOf = new Map<string, number>()
  #groupPairs: string[][] = []

  constructor(names: SeriesNames) {
    this.#names = names
  }

  get size(): number {
    return 2 * Math.max(this.#names.size, this.#groupPairs.length)
  }

  pairs(n: number): string[] {
    return n % 2 === 0 ? this.#names.pairs(n / 2) : this.#groupPairs[(n - 1) / 2]!
  }

  retain(isKept: Uint8Array): Int32Array {
    const moved = new Int32Array(isKept.length).fill(NONE)
    const lines = new Uint8Array(this.#names.size)
    for (let n = 0; n < lines.length; n++) {
      const group = this.#groups[n] ?? UNKNOWN
      const isPart = group >= 0 && isKept[2 * group + 1] === 1
      lines[n] = isKept[2 * n] === 1 || isPart ? 1 : 0
    }
    this.#names.retain(lines).forEach((to, from) => {
      if (to >= 0 && isKept[2 * from] === 1) moved[2 * from] = 2 * to
    })
    const pairs = this.#groupPairs
    this.#groupPairs = []
    this.#groupOf = new Map()
    this.#groups.fill(UNKNOWN)
    pairs.forEach((own, group) => {
      if (isKept[2 * group + 1] === 1) moved[2 * group + 1] = 2 * this.#group(own) + 1
    })
    return moved
  }

  /**
   * Reads a parsed page into {@link page}.
   *
   * @param keepsClassic whether the lines themselves stay beside the histogram
   */
  convert(from: ExpositionPage, bytes: Uint8Array, keepsClassic: boolean): void {
    this.#learn(from, bytes)
    const { page } = this
    page.clear()
    let native = 0
    let exemplar = 0
    /** The histogram that is being gathered, the one that came as native, and where the first line stands. */
    let group = NONE
    let inhibited = NONE
    let start = 0
    for (let i = 0; i < from.length; i++) {
      const line = from.series[i]!
      if (line >= this.#groups.length || this.#groups[line] === UNKNOWN) this.#classify(line)
      const histogram =
        from.histograms[native]?.sample === i ? from.histograms[native++] : undefined
      const own =
        histogram === undefined && this.#parts[line] !== PLAIN ? this.#groups[line]! : NONE
      const isPart = own !== NONE && own !== inhibited
      if (group !== NONE && own !== group) {
        exemplar = this.#finish(from, group, start, i, exemplar, keepsClassic)
        group = NONE
      }
      if (isPart) {
        if (group === NONE) {
          group = own
          start = i
          inhibited = NONE
          this.#sent.clear()
        }
        this.#gather(line, from.values[i]!)
        continue
      }
      if (histogram !== undefined) {
        inhibited = this.#group(this.#names.pairs(line))
        page.pushHistogram(2 * line, histogram.histogram, from.times[i]!)
      } else page.push(2 * line, from.values[i]!, from.times[i]!)
      exemplar = copyExemplars(from, i, exemplar, page)
    }
    if (group !== NONE) this.#finish(from, group, start, from.length, exemplar, keepsClassic)
  }

  /** Ends a histogram whose lines are `[start, end)`; returns the first exemplar behind them. */
  #finish(
    from: ExpositionPage,
    group: number,
    start: number,
    end: number,
    firstExemplar: number,
    keepsClassic: boolean,
  ): number {
    const { page } = this
    const native = this.#sent.toNative()
    let exemplar = firstExemplar
    if (native !== undefined) {
      page.pushHistogram(2 * group + 1, native, from.times[start]!)
      for (; from.exemplars[exemplar] !== undefined; exemplar++) {
        const own = from.exemplars[exemplar]!
        if (own.sample >= end) break
        // Those of native histograms count only with a time.
        if (!Number.isNaN(own.timeMs)) page.exemplars.push({ ...own, sample: page.length - 1 })
      }
      if (!keepsClassic) return exemplar
      exemplar = firstExemplar
    }
    for (let i = start; i < end; i++) {
      page.push(2 * from.series[i]!, from.values[i]!, from.times[i]!)
      exemplar = copyExemplars(from, i, exemplar, page)
    }
    return exemplar
  }

  #gather(line: number, value: number): void {
    const part = this.#parts[line]
    if (part === BUCKET) this.#sent.setBucket(this.#bounds[line]!, value)
    else if (part === COUNT) this.#sent.setCount(value)
    else this.#sent.setSum(value)
  }

  /** Which families are histograms; what was thought of lines is thought anew when that changes. */
  #learn(from: ExpositionPage, bytes: Uint8Array): void {
    if (from.metadataHash === this.#metadataHash) return
    this.#metadataHash = from.metadataHash
    this.#types = new Set(
      from
        .metadata(bytes)
        .filter(({ kind, text }) => kind === 'type' && text === 'histogram')
        .map(({ name }) => name),
    )
    this.#groups.fill(UNKNOWN)
  }

  #classify(line: number): void {
    if (line >= this.#groups.length) this.#grow(line)
    const pairs = this.#names.pairs(line)
    const name = pairs[1]!
    this.#parts[line] = PLAIN
    this.#groups[line] = NONE
    for (const [suffix, part] of SUFFIXES) {
      if (!name.endsWith(suffix) || !this.#types.has(name.slice(0, -suffix.length))) continue
      const at = pairs.indexOf('le', 2)
      const bound = part === BUCKET ? boundOf(pairs[at + 1]) : 0
      if (part === BUCKET && (at < 2 || at % 2 === 1 || Number.isNaN(bound))) return
      this.#parts[line] = part
      this.#bounds[line] = bound
      const labels = pairs.slice(2)
      if (part === BUCKET) labels.splice(at - 2, 2)
      this.#groups[line] = this.#group([METRIC_NAME, name.slice(0, -suffix.length), ...labels])
      return
    }
  }

  #group(pairs: string[]): number {
    const key = Labels.fromFlat(pairs).key()
    const known = this.#groupOf.get(key)
    if (known !== undefined) return known
    this.#groupOf.set(key, this.#groupPairs.length)
    return this.#groupPairs.push(pairs) - 1
  }

  #grow(line: number): void {
    const capacity = Math.max(line + 1, this.#groups.length * 2)
    const [parts, groups, bounds] = [this.#parts, this.#groups, this.#bounds]
    this.#parts = new Uint8Array(capacity)
    this.#groups = new Int32Array(capacity).fill(UNKNOWN)
    this.#bounds = new Float64Array(capacity)
    this.#parts.set(parts)
    this.#groups.set(groups)
    this.#bounds.set(bounds)
  }
}

/** Exemplars of sample `i`, if they come next, for the sample that was pushed last. */
function copyExemplars(
  from: ExpositionPage,
  i: number,
  first: number,
  into: ExpositionPage,
): number {
  let at = first
  for (; from.exemplars[at]?.sample === i; at++) {
    into.exemplars.push({ ...from.exemplars[at]!, sample: into.length - 1 })
  }
  return at
}

function boundOf(text: string | undefined): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY
  if (text === '-Inf') return Number.NEGATIVE_INFINITY
  return text === undefined || text.trim() === '' ? Number.NaN : Number(text)
}
