/**
 * Names of OTLP metrics and attributes as Prometheus has them.
 *
 * @see prometheus/otlptranslator: metric_namer.go, unit_namer.go, label_namer.go
 * @see opentelemetry-specification: compatibility/prometheus_and_openmetrics.md
 */
import { OTLP_GAUGE, type MetricHead, OTLP_SUM } from '@weir/wire'
import type { OtlpTranslation } from './config.ts'

/** Units of UCUM by what Prometheus calls them. */
const UNITS: Readonly<Record<string, string>> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  TiBy: 'tibibytes',
  KBy: 'kilobytes',
  MBy: 'megabytes',
  GBy: 'gigabytes',
  TBy: 'terabytes',
  m: 'meters',
  V: 'volts',
  A: 'amperes',
  J: 'joules',
  W: 'watts',
  g: 'grams',
  Cel: 'celsius',
  Hz: 'hertz',
  '1': '',
  '%': 'percent',
}

/** The same behind a stroke. */
const PER_UNITS: Readonly<Record<string, string>> = {
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  mo: 'month',
  y: 'year',
}

type Named = Pick<MetricHead, 'name' | 'unit' | 'kind' | 'isMonotonic'>

/** The name of a metric's family; '' when nothing is left of it. */
export function metricName(
  head: Named,
  { translation_strategy: strategy }: Pick<OtlpTranslation, 'translation_strategy'>,
): string {
  switch (strategy) {
    case 'UnderscoreEscapingWithSuffixes':
      return suffixedTokens(head)
    case 'UnderscoreEscapingWithoutSuffixes':
      return notADigit(
        head.name
          .split(/[^a-zA-Z0-9:_]+/u)
          .filter(isSome)
          .join('_'),
      )
    case 'NoUTF8EscapingWithSuffixes':
      return suffixedAsItIs(head)
    case 'NoTranslation':
      return head.name
  }
}

/** Words of letters, digits and colons, then unit and kind where they are not among them yet. */
function suffixedTokens(head: Named): string {
  let tokens = head.name.split(/[^a-zA-Z0-9:]+/u).filter(isSome)
  const { main, per } = unitsOf(head.unit)
  let mainToken = cleanUnit(main)
  let perToken = cleanUnit(per === '' ? '' : `per_${per}`)
  if (tokens.includes(mainToken)) mainToken = ''
  perToken = perToken === 'per_' ? '' : perToken.replace(/_$/, '')
  if (tokens.includes(perToken)) perToken = ''
  if (perToken !== '') mainToken = mainToken.replace(/_$/, '')
  tokens.push(...[mainToken, perToken].filter(isSome))
  for (const suffix of kindSuffixes(head)) {
    tokens = [...tokens.filter((token) => token !== suffix), suffix]
  }
  return notADigit(tokens.join('_'))
}

/** The name as it is, with unit and kind behind it; those that are there already are moved to the end. */
function suffixedAsItIs(head: Named): string {
  const { main, per } = unitsOf(head.unit)
  const outer = [per === '' ? '' : `per_${per}`, ...kindSuffixes(head)].filter(isSome)
  let { name } = head
  for (const suffix of outer.toReversed()) name = without(name, suffix)
  if (main !== '' && !name.endsWith(main)) name = `${name}_${main}`
  return [name, ...outer].join('_')
}

/** Without an ending and the character before it, whichever that is. */
function without(name: string, suffix: string): string {
  const rest = name.length - suffix.length - 1
  return rest > 0 && name.endsWith(suffix) ? name.slice(0, rest) : name
}

/** `_ratio` for gauges only: many senders use unit 1 for counters of things. */
function kindSuffixes({ kind, isMonotonic, unit }: Named): string[] {
  if (kind === OTLP_SUM && isMonotonic) return ['total']
  return kind === OTLP_GAUGE && unit === '1' ? ['ratio'] : []
}

/** The two sides of a unit such as `By/s`; what is in braces is a remark. */
function unitsOf(unit: string): { readonly main: string; readonly per: string } {
  const stroke = unit.indexOf('/')
  const [left, right] = stroke < 0 ? [unit, ''] : [unit.slice(0, stroke), unit.slice(stroke + 1)]
  return { main: unitWord(left, UNITS), per: unitWord(right, PER_UNITS) }
}

function unitWord(side: string, words: Readonly<Record<string, string>>): string {
  const unit = side.trim()
  if (/[{}]/.test(unit)) return ''
  return Object.hasOwn(words, unit) ? words[unit]! : unit
}

function cleanUnit(unit: string): string {
  return unit
    .replaceAll(/[^a-zA-Z0-9:]/gu, '_')
    .replaceAll(/__+/g, '_')
    .replace(/^_/, '')
}

function notADigit(name: string): string {
  return /^[0-9]/.test(name) ? `_${name}` : name
}

function isSome(text: string): boolean {
  return text !== ''
}

/** The name of a label that holds an attribute. */
export function labelName(
  name: string,
  {
    translation_strategy: strategy,
    label_name_underscore_sanitization: sanitizes,
    label_name_preserve_multiple_underscores: preserves,
  }: OtlpTranslation,
): string {
  if (strategy === 'NoTranslation' || strategy === 'NoUTF8EscapingWithSuffixes') return name
  const escaped = name.replaceAll(preserves ? /[^a-zA-Z0-9]/gu : /[^a-zA-Z0-9]+/gu, '_')
  if (/^[0-9]/.test(escaped)) return `key_${escaped}`
  return sanitizes && /^_(?!_)/.test(escaped) ? `key${escaped}` : escaped
}
