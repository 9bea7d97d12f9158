import { formatFloat } from './go-float.ts'
import { GoList, GoObject, typeName } from './go-value.ts'

/** A value as Go's `%v` writes it. */
export function printValue(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (typeof value === 'string') return value
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return formatFloat(value, 'g', -1)
  if (value instanceof GoList && value.methods['String'] !== undefined) {
    return String(value.methods['String']())
  }
  if (Array.isArray(value)) return `[${value.map(printValue).join(' ')}]`
  if (value instanceof Map) {
    const entries = [...value].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
    return `map[${entries.map(([k, v]) => `${printValue(k)}:${printValue(v)}`).join(' ')}]`
  }
  if (value instanceof GoObject) return String(value)
  return typeName(value)
}

/** Go's `print`: a blank between two operands when neither is a string. */
export function goPrint(args: readonly unknown[]): string {
  let text = ''
  args.forEach((arg, i) => {
    if (i > 0 && typeof arg !== 'string' && typeof args[i - 1] !== 'string') text += ' '
    text += printValue(arg)
  })
  return text
}

export function goPrintln(args: readonly unknown[]): string {
  return `${args.map(printValue).join(' ')}\n`
}

interface Spec {
  readonly flags: ReadonlySet<string>
  readonly width: number | undefined
  readonly precision: number | undefined
  readonly verb: string
}

const DIRECTIVE = /%([-+# 0]*)(\d+|\*)?(?:\.(\d+|\*)?)?([\s\S])?/gu
const WIDTH_MAX = 100_000

/** Go's `printf`, mistakes included: a wrong verb shows as `%!d(string=x)`. */
export function goPrintf(format: string, args: readonly unknown[]): string {
  let next = 0
  let text = ''
  let end = 0
  for (const found of format.matchAll(DIRECTIVE)) {
    text += format.slice(end, found.index)
    end = found.index + found[0].length
    const [whole, flags, width, precision, verb] = found
    if (verb === undefined) {
      text += '%!(NOVERB)'
      continue
    }
    if (verb === '%') {
      text += '%'
      continue
    }
    const size = (given: string | undefined): number | undefined =>
      given === '*' ? Number(args[next++]) : given === undefined ? undefined : Number(given)
    const widthValue = size(width)
    const hasPrecision = whole.includes('.')
    const precisionValue = hasPrecision ? (size(precision) ?? 0) : undefined
    if (!isSize(widthValue)) text += '%!(BADWIDTH)'
    if (!isSize(precisionValue)) text += '%!(BADPREC)'
    if (next >= args.length) {
      text += `%!${verb}(MISSING)`
      continue
    }
    const spec: Spec = {
      flags: new Set((flags ?? '') + ((widthValue ?? 0) < 0 ? '-' : '')),
      width: isSize(widthValue) && widthValue !== undefined ? Math.abs(widthValue) : undefined,
      precision: isSize(precisionValue) ? precisionValue : undefined,
      verb,
    }
    text += pad(formatOne(args[next++], spec), spec)
  }
  text += format.slice(end)
  if (next < args.length) {
    const extra = args.slice(next).map((arg) => `${typeName(arg)}=${printValue(arg)}`)
    text += `%!(EXTRA ${extra.join(', ')})`
  }
  return text
}

function isSize(size: number | undefined): boolean {
  return size === undefined || (Number.isInteger(size) && Math.abs(size) <= WIDTH_MAX)
}

function pad(text: string, { flags, width, verb }: Spec): string {
  if (width === undefined) return text
  const missing = width - Array.from(text).length
  if (missing <= 0) return text
  if (flags.has('-')) return text + ' '.repeat(missing)
  const isNumber = /^[-+ ]?(?:0[xX])?[\da-fA-F.]/.test(text) && 'dbcoxXeEfFgGv'.includes(verb)
  if (!flags.has('0') || !isNumber) return ' '.repeat(missing) + text
  const sign = /^[-+ ]/.test(text) ? text[0]! : ''
  return sign + '0'.repeat(missing) + text.slice(sign.length)
}

function formatOne(value: unknown, spec: Spec): string {
  const { verb } = spec
  if (verb === 'T') return typeName(value)
  if (Array.isArray(value) && verb !== 'v') {
    return `[${value.map((item) => formatOne(item, spec)).join(' ')}]`
  }
  const known =
    typeof value === 'string' || value instanceof GoObject
      ? formatText(String(value), spec, typeof value !== 'string')
      : typeof value === 'number'
        ? formatNumber(value, spec)
        : typeof value === 'bigint'
          ? formatInteger(value, spec)
          : typeof value === 'boolean'
            ? verb === 't' || verb === 'v'
              ? String(value)
              : undefined
            : verb === 'v'
              ? printValue(value)
              : undefined
  if (known !== undefined) return known
  if (value === null || value === undefined) return `%!${verb}(<nil>)`
  return `%!${verb}(${typeName(value)}=${printValue(value)})`
}

function formatText(text: string, spec: Spec, isObject: boolean): string | undefined {
  const cut =
    spec.precision === undefined ? text : Array.from(text).slice(0, spec.precision).join('')
  switch (spec.verb) {
    case 'v':
      return spec.flags.has('#') && !isObject ? quote(cut) : cut
    case 's':
      return cut
    case 'q':
      return spec.flags.has('#') && !cut.includes('`') ? `\`${cut}\`` : quote(cut)
    case 'x':
      return Buffer.from(cut).toString('hex')
    case 'X':
      return Buffer.from(cut).toString('hex').toUpperCase()
    default:
      return undefined
  }
}

function formatNumber(value: number, { verb, precision, flags }: Spec): string | undefined {
  const signed = (text: string): string =>
    /^[-+]/.test(text)
      ? text === '+Inf' && !flags.has('+')
        ? '+Inf'
        : text
      : flags.has('+')
        ? `+${text}`
        : flags.has(' ')
          ? ` ${text}`
          : text
  switch (verb) {
    case 'v':
      return signed(formatFloat(value, 'g', precision ?? -1))
    case 'g':
    case 'G':
      return signed(formatFloat(value, verb, precision ?? -1))
    case 'e':
    case 'E':
    case 'f':
    case 'F':
      return signed(formatFloat(value, verb === 'F' ? 'f' : verb, precision ?? 6))
    default:
      return undefined
  }
}

const BASES: Readonly<Record<string, readonly [base: number, prefix: string]>> = {
  v: [10, ''],
  d: [10, ''],
  b: [2, '0b'],
  o: [8, '0'],
  x: [16, '0x'],
  X: [16, '0X'],
}

function formatInteger(value: bigint, { verb, flags, precision }: Spec): string | undefined {
  if (verb === 'c') return String.fromCodePoint(Number(value))
  if (verb === 'q') return `'${String.fromCodePoint(Number(value))}'`
  if (verb === 'U') return `U+${value.toString(16).toUpperCase().padStart(4, '0')}`
  const form = BASES[verb]
  if (form === undefined) return undefined
  const [base, prefix] = form
  let digits = (value < 0n ? -value : value).toString(base).padStart(precision ?? 0, '0')
  if (verb === 'X') digits = digits.toUpperCase()
  if (flags.has('#')) digits = prefix + digits
  const sign = value < 0n ? '-' : flags.has('+') ? '+' : flags.has(' ') ? ' ' : ''
  return sign + digits
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\v': '\\v',
}

/** A string in double quotes, as Go's `%q` and strconv.Quote write it. */
export function quote(text: string): string {
  const inside = text.replace(
    /["\\\p{C}]/gu,
    (c) =>
      ESCAPES[c] ??
      (c.codePointAt(0)! < 0x80
        ? `\\x${c.codePointAt(0)!.toString(16).padStart(2, '0')}`
        : `\\u${c.codePointAt(0)!.toString(16).padStart(4, '0')}`),
  )
  return `"${inside}"`
}
