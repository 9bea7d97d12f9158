import { Labels, METRIC_NAME, type MetricType, type NativeHistogram, WeirError } from '@weir/model'
import {
  ExpositionPage,
  type PageExemplar,
  type PageFault,
  PageOverfull,
  ProtoSeriesTable,
  type SeriesNames,
  SeriesTable,
  parseOpenMetrics,
  parseProtobuf,
  parseText,
} from '@weir/wire'
import { type LabelLimits, areTooLong } from '../push/label-limits.ts'
import { type Grouping, invalid } from './grouping.ts'

/** What one push says of one metric. */
export interface PushedFamily {
  readonly name: string
  type: MetricType
  help: string
  unit: string
  readonly series: PushedSeries[]
}

interface PushedSeries {
  /** With those of the group. */
  readonly labels: Labels
  readonly value: number
  readonly native: NativeHistogram | undefined
  readonly exemplars: readonly PageExemplar[]
}

export interface PushedPage {
  readonly families: ReadonlyMap<string, PushedFamily>
  readonly sampleCount: number
  readonly hasTimes: boolean
  /** How many samples are left out since their labels are longer than the store takes, and the name of one. */
  readonly tooLong: { readonly count: number; readonly example: string }
}

export interface PageLimits {
  readonly samplesMax: number
  readonly labels: LabelLimits
}

/**
 * Reads a pushed body: protobuf or OpenMetrics where its type says so, else Prometheus text.
 *
 * @throws {WeirError} `PUSH_GATEWAY_INVALID` when it cannot be read, `HTTP_TOO_LARGE`
 */
export function readPage(
  bytes: Uint8Array,
  contentType: string,
  grouping: Grouping,
  limits: PageLimits,
): PushedPage {
  const page = new ExpositionPage(limits.samplesMax)
  const { names, fault } = parse(bytes, contentType, page, limits.samplesMax)
  if (fault !== undefined) {
    const where = fault.line === 0 ? 'protobuf' : 'text format parsing error in line ' + fault.line
    throw invalid(`${where}: ${fault.reason}`)
  }
  const families = new Map<string, PushedFamily>()
  const family = (name: string): PushedFamily => {
    const known = families.get(name)
    if (known !== undefined) return known
    const made: PushedFamily = { name, type: 'unknown', help: '', unit: '', series: [] }
    families.set(name, made)
    return made
  }
  for (const { kind, name, text } of page.metadata(bytes)) {
    const own = family(name)
    if (kind === 'type') own.type = text as MetricType
    else own[kind] = text
  }
  const natives = new Map(page.histograms.map(({ sample, histogram }) => [sample, histogram]))
  const exemplars = bySample(page.exemplars)
  let hasTimes = false
  let tooLong = 0
  let example = ''
  for (let i = 0; i < page.length; i++) {
    const pairs = names.pairs(page.series[i]!)
    if (!Number.isNaN(page.times[i]!)) hasTimes = true
    const flat = merged(pairs, grouping)
    if (areTooLong(flat, limits.labels)) {
      tooLong++
      example ||= pairs[1]!.slice(0, SHOWN)
      continue
    }
    family(familyOf(pairs[1]!, families)).series.push({
      labels: Labels.fromFlat(flat),
      value: page.values[i]!,
      native: natives.get(i),
      exemplars: exemplars.get(i) ?? [],
    })
  }
  for (const [name, { series }] of families) if (series.length === 0) families.delete(name)
  return { families, sampleCount: page.length, hasTimes, tooLong: { count: tooLong, example } }
}

/** So much of a metric's name is told. */
const SHOWN = 200

function bySample(exemplars: readonly PageExemplar[]): Map<number, PageExemplar[]> {
  const found = new Map<number, PageExemplar[]>()
  for (const exemplar of exemplars) {
    const known = found.get(exemplar.sample)
    if (known === undefined) found.set(exemplar.sample, [exemplar])
    else known.push(exemplar)
  }
  return found
}

function parse(
  bytes: Uint8Array,
  contentType: string,
  page: ExpositionPage,
  samplesMax: number,
): { names: SeriesNames; fault: PageFault | undefined } {
  try {
    const read = parseAs(bytes, contentType, page)
    if (page.length <= samplesMax) return read
  } catch (error) {
    if (!(error instanceof PageOverfull)) throw error
  }
  const why = `want at most ${samplesMax} samples or exemplars (pushgateway.max_samples)`
  throw new WeirError('HTTP_TOO_LARGE', `Cannot take this push: ${why}`)
}

function parseAs(
  bytes: Uint8Array,
  contentType: string,
  page: ExpositionPage,
): { names: SeriesNames; fault: PageFault | undefined } {
  const type = contentType.split(';', 1)[0]!.trim().toLowerCase()
  if (type === 'application/vnd.google.protobuf') {
    const names = new ProtoSeriesTable()
    const wanted = { native: true, classic: true }
    return { names, fault: parseProtobuf(bytes, names, page, wanted) }
  }
  const names = new SeriesTable()
  const read = type === 'application/openmetrics-text' ? parseOpenMetrics : parseText
  return { names, fault: read(bytes, names, page) }
}

const SUFFIXES: Readonly<Partial<Record<MetricType, readonly string[]>>> = {
  counter: ['_total', '_created'],
  histogram: ['_bucket', '_sum', '_count', '_created'],
  gaugehistogram: ['_bucket', '_sum', '_count', '_gsum', '_gcount'],
  summary: ['_sum', '_count', '_created'],
  info: ['_info'],
}

/** The family that a sample of this name belongs to: one that the page names, else its own. */
function familyOf(name: string, families: ReadonlyMap<string, PushedFamily>): string {
  if (families.has(name)) return name
  for (const [type, suffixes] of Object.entries(SUFFIXES)) {
    for (const suffix of suffixes) {
      if (!name.endsWith(suffix)) continue
      const base = name.slice(0, -suffix.length)
      if (families.get(base)?.type === type) return base
    }
  }
  return name
}

/** The group's labels win; an empty one removes the metric's. */
function merged(pairs: readonly string[], grouping: Grouping): string[] {
  const flat: string[] = []
  for (let i = 0; i < pairs.length; i += 2) {
    if (pairs[i] === METRIC_NAME || !grouping.has(pairs[i]!)) flat.push(pairs[i]!, pairs[i + 1]!)
  }
  for (const [name, value] of grouping) flat.push(name, value)
  return flat
}
