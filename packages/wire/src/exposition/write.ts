import {
  type FamilySample,
  type Labels,
  type MetricFamily,
  type MetricType,
  isLabelName,
  isLegacyName,
} from '@weir/model'
import { encodeProtobufPage } from './encode-protobuf.ts'
import { NAME_ESCAPINGS, type NameEscaping, escapedName } from './escaping.ts'
import { protoFamily } from './family-message.ts'
import { formatFloat } from './float.ts'

/** A page ready to be sent. */
export interface Exposition {
  readonly contentType: string
  readonly body: Uint8Array
}

type Format = 'text' | 'openmetrics' | 'protobuf'
/** What becomes of names that the old alphabet cannot spell; '' when the client did not say: as `underscores`. */
type Escaping = NameEscaping | ''

interface Negotiated {
  readonly format: Format
  readonly version: string
  readonly escaping: Escaping
}

/**
 * Families as an exposition page in the format that the `Accept` header prefers: OpenMetrics 1.0 or
 * protobuf when they are asked for first, else Prometheus text.
 *
 * A page is never spoilt by one family: families of one name are merged (the first one's type and help
 * stand), a sample that comes twice is written once, a sample whose name does not belong to its family's
 * type is written as a family of its own of unknown type, and one without a name is left out.
 */
export function exposition(families: readonly MetricFamily[], accept: string): Exposition {
  const wanted = negotiate(accept)
  if (wanted.format === 'protobuf') {
    const messages = [...sorted(families, 'protobuf')].map((family) =>
      protoFamily(family, wanted.escaping === '' ? 'underscores' : wanted.escaping),
    )
    return { contentType: contentTypeOf(wanted), body: encodeProtobufPage(messages) }
  }
  const lines: string[] = []
  for (const family of sorted(families, wanted.format)) writeFamily(family, wanted, lines)
  if (wanted.format === 'openmetrics') lines.push('# EOF\n')
  return { contentType: contentTypeOf(wanted), body: Buffer.from(lines.join('')) }
}

const PROTOBUF = 'application/vnd.google.protobuf'
const PROTO = 'io.prometheus.client.MetricFamily'
const FALLBACK: Negotiated = { format: 'text', version: '0.0.4', escaping: '' }

/** @see prometheus/docs: content/docs/instrumenting/content_negotiation.md */
function negotiate(accept: string): Negotiated {
  const clauses = accept.split(',').map((clause) => {
    const [type = '', ...rest] = clause.split(';').map((part) => part.trim().toLowerCase())
    const parameters = new Map(
      rest.map((part) => part.split('=', 2).map((side) => side.trim()) as [string, string]),
    )
    const weight = Number(parameters.get('q') ?? 1)
    return { type, parameters, weight: Number.isNaN(weight) ? 0 : weight }
  })
  // Sorting is stable: of equal weights the first named wins.
  for (const { type, parameters, weight } of clauses.toSorted((a, b) => b.weight - a.weight)) {
    if (weight <= 0) continue
    const version = parameters.get('version') ?? ''
    const escaping = escapingOf(parameters.get('escaping'))
    if (type === 'application/openmetrics-text' && ['', '0.0.1', '1.0.0'].includes(version)) {
      return { format: 'openmetrics', version: version === '' ? '1.0.0' : version, escaping }
    }
    if (type === 'text/plain' && ['', '0.0.4', '1.0.0'].includes(version)) {
      return { format: 'text', version: version === '' ? '0.0.4' : version, escaping }
    }
    const isDelimited = parameters.get('encoding') === 'delimited'
    if (type === PROTOBUF && isDelimited && parameters.get('proto') === PROTO.toLowerCase()) {
      return { format: 'protobuf', version: '', escaping }
    }
    if (type === '*/*' || type === 'text/*') return FALLBACK
  }
  return FALLBACK
}

function escapingOf(parameter: string | undefined): Escaping {
  if (parameter === undefined) return ''
  return NAME_ESCAPINGS.find((scheme) => scheme === parameter) ?? 'underscores'
}

function contentTypeOf({ format, version, escaping }: Negotiated): string {
  if (format === 'protobuf') {
    const end = escaping === '' ? '' : `; escaping=${escaping}`
    return `${PROTOBUF}; proto=${PROTO}; encoding=delimited${end}`
  }
  const type = format === 'openmetrics' ? 'application/openmetrics-text' : 'text/plain'
  const end = escaping === '' ? '' : `; escaping=${escaping}`
  return `${type}; version=${version}; charset=utf-8${end}`
}

export interface Family {
  /** As its metadata lines spell it. */
  readonly name: string
  readonly type: MetricType
  readonly help: string
  readonly samples: Map<string, FamilySample>
}

/** Families by name, each name once; samples that do not belong are moved to families of their own. */
function sorted(families: readonly MetricFamily[], format: Format): Iterable<Family> {
  const merged = new Map<string, Family>()
  const family = (name: string, type: MetricType, help: string): Family => {
    const known = merged.get(name)
    if (known !== undefined) return known
    const created = { name, type, help, samples: new Map<string, FamilySample>() }
    merged.set(name, created)
    return created
  }
  for (const given of families) {
    if (given.name === '') continue
    const type = typeIn(format, given)
    const home = family(familyName(format, given.name, type), type, given.help)
    for (const sample of given.samples) {
      const belongs = namesOf(format, home).includes(sample.name)
      if (sample.name === '') continue
      const at = belongs ? home : family(sample.name, 'unknown', '')
      const key = `${sample.name}\0${sample.labels.key()}`
      if (!at.samples.has(key)) at.samples.set(key, sample)
    }
  }
  return [...merged.values()].filter(({ samples }) => samples.size > 0)
}

/** The type that a format can say. OpenMetrics wants `_total` on counters; one without it is of unknown type there. */
function typeIn(format: Format, { name, type }: MetricFamily): MetricType {
  if (format === 'openmetrics') {
    if (type === 'counter' && !name.endsWith('_total')) return 'unknown'
    return type === 'info' && !name.endsWith('_info') ? 'gauge' : type
  }
  if (type === 'info' || type === 'stateset') return 'gauge'
  return type === 'gaugehistogram' ? 'unknown' : type
}

function familyName(format: Format, name: string, type: MetricType): string {
  if (format !== 'openmetrics') return name
  if (type === 'counter') return name.slice(0, -'_total'.length)
  return type === 'info' ? name.slice(0, -'_info'.length) : name
}

const SUFFIXES: Readonly<Record<MetricType, readonly string[]>> = {
  counter: ['_total', '_created'],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count', '_created'],
  gaugehistogram: ['_bucket', '_gsum', '_gcount'],
  summary: ['', '_sum', '_count', '_created'],
  info: ['_info'],
  stateset: [''],
  unknown: [''],
}

function namesOf(format: Format, { name, type }: Family): string[] {
  const suffixes = format !== 'openmetrics' && type === 'counter' ? [''] : SUFFIXES[type]
  return suffixes.map((suffix) => name + suffix)
}

function writeFamily(family: Family, { format, escaping }: Negotiated, lines: string[]): void {
  const name = isLegacyName(family.name) ? family.name : strangeName(family.name, escaping)
  const type = family.type === 'unknown' && format === 'text' ? 'untyped' : family.type
  const help = family.help.replace(format === 'text' ? /[\\\n]/g : /[\\\n"]/g, escaped)
  if (format === 'openmetrics') lines.push(`# TYPE ${name} ${type}\n`)
  if (help !== '') lines.push(`# HELP ${name} ${help}\n`)
  if (format === 'text') lines.push(`# TYPE ${name} ${type}\n`)
  for (const { name: own, labels, value } of family.samples.values()) {
    lines.push(`${seriesText(own, labels, escaping)} ${formatFloat(value)}\n`)
  }
}

function seriesText(name: string, labels: Labels, escaping: Escaping): string {
  const { flat } = labels
  let inside = ''
  for (let i = 0; i < flat.length; i += 2) {
    const label = flat[i]!
    if (label === '__name__') continue
    const shown = isLabelName(label) ? label : strangeLabel(label, escaping)
    inside += `${inside === '' ? '' : ','}${shown}="${escapeValue(flat[i + 1]!)}"`
  }
  if (isLegacyName(name)) return inside === '' ? name : `${name}{${inside}}`
  const shown = strangeName(name, escaping)
  if (shown.startsWith('"')) return `{${shown}${inside === '' ? '' : ','}${inside}}`
  return inside === '' ? shown : `${shown}{${inside}}`
}

function strangeName(name: string, escaping: Escaping): string {
  if (escaping === 'allow-utf-8') return `"${escapeValue(name)}"`
  if (escaping !== '') return escapedName(name, escaping)
  return name.replace(/[^a-zA-Z0-9_:]/gu, '_').replace(/^(?=\d)/, '_')
}

function strangeLabel(label: string, escaping: Escaping): string {
  if (escaping === 'allow-utf-8') return `"${escapeValue(label)}"`
  // A colon is of the old alphabet, but not in labels.
  if (escaping !== '') return escapedName(label, escaping).replaceAll(':', '_')
  return label.replace(/[^a-zA-Z0-9_]/gu, '_').replace(/^(?=\d)/, '_')
}

function escapeValue(value: string): string {
  return /[\\\n"]/.test(value) ? value.replace(/[\\\n"]/g, escaped) : value
}

function escaped(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`
}
