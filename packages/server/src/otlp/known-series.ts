import {
  type Appender,
  Labels,
  type MetricMetadata,
  type RejectReason,
  type SeriesRef,
} from '@weir/model'
import {
  DELTA,
  OTLP_GAUGE,
  OTLP_HISTOGRAM,
  type Lists,
  type MetricHead,
  type OtlpReader,
  OTLP_SUM,
  OTLP_SUMMARY,
} from '@weir/wire'
import type { InstanceLabel } from '../engine/instance.ts'
import type { Generation } from '../push/generations.ts'
import { type LabelLimits, areTooLong } from '../push/label-limits.ts'
import { BEYOND_TOKEN, refusalsOf } from '../push/token-appender.ts'
import { ClassicSeries } from './classic-series.ts'
import type { OtlpTranslation } from './config.ts'
import { metricName } from './names.ts'
import {
  type OuterLabels,
  pointLabels,
  resourceLabels,
  scopeLabels,
  targetLabels,
} from './resource-labels.ts'

/** In place of an appender's number: not looked at yet, and why there is none. */
const NEW = -1
const BAD_LABELS = -2
const LABEL_LIMIT = -3
/** A resource of which `target_info` would tell nothing. */
const NONE = -4
/** The request brings too much text; in another one the series may be kept. */
const TOO_MUCH_TEXT = -5

/** A metric with all that its series have in common. */
export interface KnownMetric {
  readonly head: MetricHead
  /** Of the family; '' when nothing is left of it. */
  readonly name: string
  readonly outer: OuterLabels
  /** Whether something of it, its scope or its resource is no UTF-8. */
  readonly isBad: boolean
  /** Whether the store was told what it is. */
  isDescribed: boolean
}

/**
 * What the numbers of a reader are to the appender. Labels are made when a series is first met and
 * never again.
 */
export class KnownSeries implements Generation {
  readonly reader: OtlpReader
  readonly translation: OtlpTranslation
  readonly #appender: Appender
  readonly #instance: InstanceLabel | undefined
  readonly #limits: LabelLimits
  #refs = new Int32Array(1024).fill(NEW)
  readonly #classic = new Map<number, ClassicSeries>()
  readonly #metrics: (KnownMetric | undefined)[] = []
  readonly #outer: (OuterLabels | undefined)[] = []
  readonly #scoped: (OuterLabels | undefined)[] = []
  readonly #targets: number[] = []
  #textBytes = 0
  #textBytesMax = 0
  /** What is beyond its token: series, and resources of which `target_info` tells. */
  #beyond: number[] = []
  #beyondClassic: number[] = []
  #beyondTargets: number[] = []
  /** In the last request. */
  #beyondBytes = 0
  #refusals: object | undefined
  /** Of the labels that were looked at last. */
  #lastBytes = 0

  constructor(
    reader: OtlpReader,
    translation: OtlpTranslation,
    appender: Appender,
    limits: LabelLimits,
    instance: InstanceLabel | undefined,
  ) {
    this.#instance = instance
    this.reader = reader
    this.translation = translation
    this.#appender = appender
    this.#limits = limits
  }

  get seriesCount(): number {
    return this.reader.seriesCount
  }

  get heldBytes(): number {
    return this.reader.heldBytes + this.#textBytes
  }

  /** A new request: so much text of new series it may bring. */
  allow(newTextBytes: number): void {
    this.#askAgain()
    this.#textBytesMax = this.#textBytes + newTextBytes
  }

  metric(metric: number): KnownMetric {
    return (this.#metrics[metric] ??= this.#learn(metric))
  }

  /** The store forgot what it was told: everything is described again. */
  retell(): void {
    for (const metric of this.#metrics) if (metric !== undefined) metric.isDescribed = false
  }

  /** Numbers of the appender by those of the reader, for all that it knows; negative ones are for {@link name}. */
  column(): Int32Array {
    const { seriesCount } = this.reader
    if (seriesCount > this.#refs.length) {
      const refs = new Int32Array(seriesCount * 2).fill(NEW)
      refs.set(this.#refs)
      this.#refs = refs
    }
    return this.#refs
  }

  /** The appender's number of a series that is one; negative when it cannot be kept. */
  name(series: number): number {
    const known = this.#refs[series]!
    if (known !== NEW) return known
    const metric = this.metric(this.reader.metricOf(series))
    const labels = this.#labels(series, metric)
    if (typeof labels === 'number') return this.#refused(series, labels)
    labels.set('__name__', metric.name)
    const ref = this.#ref(labels)
    if (ref === BEYOND_TOKEN) this.#goesBeyond(this.#beyond, series)
    return (this.#refs[series] = ref)
  }

  /** The series of a histogram or summary; a reason when they cannot be kept. */
  classic(series: number, lists: Lists, numbers: Float64Array): ClassicSeries | number {
    const known = this.#classic.get(series)
    if (known?.fits(lists, numbers)) return known
    const refused = this.#refs[series]!
    if (refused !== NEW) return refused
    const metric = this.metric(this.reader.metricOf(series))
    const labels = this.#labels(series, metric)
    if (typeof labels === 'number') return this.#refused(series, labels)
    const { boundsFrom, boundsCount } = lists
    const boundLabel = metric.head.kind === OTLP_HISTOGRAM ? 'le' : 'quantile'
    const values = numbers.slice(boundsFrom, boundsFrom + boundsCount)
    const made = new ClassicSeries(
      this.#appender,
      labels,
      { name: metric.name, boundLabel },
      values,
    )
    known?.release(this.#appender)
    this.#classic.set(series, made)
    if (made.isPartial) this.#goesBeyond(this.#beyondClassic, series)
    return made
  }

  /** The series `target_info` of a resource, negative when there is none. */
  target(resource: number): number {
    const known = this.#targets[resource] ?? NEW
    if (known !== NEW) return known
    const attributes = this.reader.resource(resource)
    const labels = targetLabels(attributes, this.translation)
    const refused = labels === undefined || attributes.hasBadText ? NONE : this.#refusal(labels)
    if (refused === TOO_MUCH_TEXT) return refused
    const ref = labels === undefined || refused !== undefined ? NONE : this.#ref(labels)
    this.#targets[resource] = ref
    if (ref === BEYOND_TOKEN) this.#goesBeyond(this.#beyondTargets, resource)
    return ref
  }

  reasonOf(refused: number): RejectReason {
    return refused === BAD_LABELS ? 'bad_labels' : 'label_limit'
  }

  /** A series for a person. */
  tell(series: number): string {
    const { head, name } = this.metric(this.reader.metricOf(series))
    const { pairs } = this.reader.attributes(series, head.kind)
    const shown = pairs.slice(0, 40).map((text) => text.slice(0, 100))
    const named = shown.flatMap((key, i) =>
      i % 2 === 0 ? [`${key}=${JSON.stringify(shown[i + 1])}`] : [],
    )
    return `${(name || head.name).slice(0, 200)}{${named.join(', ').slice(0, 300)}}`
  }

  release(): void {
    const appender = this.#appender
    for (let series = 0; series < this.reader.seriesCount; series++) {
      const ref = this.#refs[series] ?? NEW
      if (ref >= 0) appender.release(ref as SeriesRef)
    }
    for (const classic of this.#classic.values()) classic.release(appender)
    for (const ref of this.#targets) if (ref >= 0) appender.release(ref as SeriesRef)
  }

  #goesBeyond(list: number[], number: number): void {
    list.push(number)
    this.#beyondBytes += this.#lastBytes
  }

  /** Another request may be of another token, or there is room again. */
  #askAgain(): void {
    this.#textBytes -= this.#beyondBytes
    this.#beyondBytes = 0
    const refusals = refusalsOf(this.#appender)
    if (refusals !== undefined && refusals === this.#refusals) return
    this.#refusals = refusals
    for (const series of this.#beyond) this.#refs[series] = NEW
    for (const resource of this.#beyondTargets) this.#targets[resource] = NEW
    for (const series of this.#beyondClassic) {
      this.#classic.get(series)?.release(this.#appender)
      this.#classic.delete(series)
    }
    this.#beyond = []
    this.#beyondTargets = []
    this.#beyondClassic = []
  }

  #learn(metric: number): KnownMetric {
    const head = this.reader.metric(metric)
    const name = metricName(head, this.translation)
    const scope = this.reader.scope(head.scope)
    const attributes = this.reader.resource(scope.resource)
    this.#outer[scope.resource] ??= resourceLabels(attributes.pairs, this.translation)
    this.#scoped[head.scope] ??= scopeLabels(this.#outer[scope.resource]!, scope, this.translation)
    return {
      head,
      name,
      outer: this.#scoped[head.scope]!,
      isBad: head.hasBadText || attributes.hasBadText || name === '',
      isDescribed: false,
    }
  }

  /** Labels without the name; or why there are none. */
  #labels(series: number, metric: KnownMetric): Map<string, string> | number {
    const { pairs, hasBadText } = this.reader.attributes(series, metric.head.kind)
    if (metric.isBad || hasBadText) return BAD_LABELS
    const labels = pointLabels(pairs, metric.outer, this.translation)
    // Increments are added up here: another Weir has another sum.
    if (this.#instance !== undefined && metric.head.temporality === DELTA) {
      const { label, name } = this.#instance
      if (!labels.has(label)) labels.set(label, name)
    }
    return this.#refusal(labels) ?? labels
  }

  #refusal(labels: ReadonlyMap<string, string>): number | undefined {
    const flat = [...labels].flat()
    const bytes = flat.reduce((sum, text) => sum + text.length, 0)
    if (areTooLong(flat, this.#limits)) return LABEL_LIMIT
    if (this.#textBytes + bytes > this.#textBytesMax) return TOO_MUCH_TEXT
    this.#textBytes += bytes
    this.#lastBytes = bytes
    return labels.has('') ? BAD_LABELS : undefined
  }

  #refused(series: number, reason: number): number {
    if (reason !== TOO_MUCH_TEXT) this.#refs[series] = reason
    return reason
  }

  #ref(labels: ReadonlyMap<string, string>): number {
    return this.#appender.ref(Labels.fromFlat([...labels].flat()))
  }
}

/** What the store is told of a metric. */
export function metadataOf({ kind, isMonotonic, description, unit }: MetricHead): MetricMetadata {
  const number = kind === OTLP_SUM && isMonotonic ? 'counter' : 'gauge'
  const type =
    kind === OTLP_SUM || kind === OTLP_GAUGE
      ? number
      : kind === OTLP_SUMMARY
        ? 'summary'
        : 'histogram'
  return { type, help: description, unit }
}
