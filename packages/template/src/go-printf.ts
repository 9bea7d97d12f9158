import { nested, spend, withBudget } from './budget.ts'
import { formatFloat } from './go-float.ts'
import { type Spec, formatComplex, formatInteger, formatNumber, pad } from './go-numbers.ts'
import { quote } from './go-quote.ts'
import {
  GoComplex,
  GoList,
  GoObject,
  GoStruct,
  StringMap,
  integerOf,
  textOf,
  typeName,
} from './go-value.ts'

/** A value as Go's `%v` writes it. @throws {TemplateFailure} when that is too much */
export function printValue(value: unknown): string {
  return withBudget(() => nested(() => paid(shownValue(value))))
}

function paid(text: string): string {
  spend(text.length)
  return text
}

function shownValue(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (typeof value === 'string') return value
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return formatFloat(value, 'g', -1)
  const own = stringerText(value)
  if (own !== undefined) return own
  if (Array.isArray(value)) return `[${value.map(printValue).join(' ')}]`
  if (value instanceof Map) {
    const entries = sortedEntries(value).map(([k, v]) => `${k}:${printValue(v)}`)
    return `map[${entries.join(' ')}]`
  }
  if (value instanceof GoStruct)
    return `{${Object.values(value.fields()).map(printValue).join(' ')}}`
  return value instanceof GoObject ? String(value) : typeName(value)
}

function sortedEntries(map: ReadonlyMap<unknown, unknown>): [string, unknown][] {
  const entries = [...map].map(([key, value]): [string, unknown] => [String(key), value])
  return entries.sort(([a], [b]) => (a < b ? -1 : 1))
}

/** What its String method says, where it has one. */
function stringerText(value: unknown): string | undefined {
  if (value instanceof GoList) {
    const method = value.methods['String']
    return method === undefined ? undefined : String(method.call([]))
  }
  return value instanceof GoObject && value.isStringer ? String(value) : undefined
}

/** Go's `print`: a blank between two operands when neither is a string. */
export function goPrint(args: readonly unknown[]): string {
  return withBudget(() =>
    args
      .map((arg, i) => {
        const isApart = i > 0 && typeof arg !== 'string' && typeof args[i - 1] !== 'string'
        return (isApart ? ' ' : '') + printValue(arg)
      })
      .join(''),
  )
}

export function goPrintln(args: readonly unknown[]): string {
  return withBudget(() => `${args.map(printValue).join(' ')}\n`)
}

const DIRECTIVE =
  /%([-+# 0]*)(?:(\[[^\]]*\]?)?(\*)|(\d+))?(?:(\.)(?:(\[[^\]]*\]?)?(\*)|(\d*)))?(\[[^\]]*\]?)?([\s\S])?/gu
const WIDTH_MAX = 1_000_000 // what Go takes; the budget is smaller

/** Go's `printf`, mistakes included: a wrong verb shows as `%!d(string=x)`. */
export function goPrintf(format: string, args: readonly unknown[]): string {
  return withBudget(() => new Printf(format, args).text())
}

class Printf {
  readonly #format: string
  readonly #args: readonly unknown[]
  #next = 0
  #isReordered = false
  #isBadIndex = false

  constructor(format: string, args: readonly unknown[]) {
    this.#format = format
    this.#args = args
  }

  text(): string {
    let text = ''
    let end = 0
    for (const found of this.#format.matchAll(DIRECTIVE)) {
      text += this.#format.slice(end, found.index)
      end = found.index + found[0].length
      text += paid(this.#directive(found))
    }
    text += this.#format.slice(end)
    if (!this.#isReordered && this.#next < this.#args.length) {
      const extra = this.#args
        .slice(this.#next)
        .map((arg) =>
          arg === null || arg === undefined ? '<nil>' : `${typeName(arg)}=${printValue(arg)}`,
        )
      text += `%!(EXTRA ${extra.join(', ')})`
    }
    return text
  }

  #directive(found: RegExpMatchArray): string {
    const [, flags, widthIndex, widthStar, widthText, dot, precIndex, precStar, precText] = found
    const [argIndex, verb] = found.slice(9) as [string?, string?]
    this.#isBadIndex = false
    const width = this.#size(widthIndex, widthStar, widthText)
    const precision =
      dot === undefined ? undefined : (this.#size(precIndex, precStar, precText) ?? 0)
    this.#index(argIndex)
    let bad = ''
    if (width === 'bad') bad += '%!(BADWIDTH)'
    if (precision === 'bad') bad += '%!(BADPREC)'
    if (verb === undefined) return `${bad}%!(NOVERB)`
    if (verb === '%') return `${bad}%`
    if (this.#isBadIndex) return `${bad}%!${verb}(BADINDEX)`
    if (this.#next >= this.#args.length) return `${bad}%!${verb}(MISSING)`
    const isLeft = flags!.includes('-') || (typeof width === 'number' && width < 0)
    const spec: Spec = {
      plus: flags!.includes('+'),
      minus: isLeft,
      sharp: flags!.includes('#'),
      space: flags!.includes(' '),
      zero: flags!.includes('0') && !isLeft,
      width: typeof width === 'number' ? Math.abs(width) : undefined,
      precision: typeof precision === 'number' && precision >= 0 ? precision : undefined,
      verb,
    }
    return bad + formatOne(this.#args[this.#next++], spec)
  }

  #size(
    index: string | undefined,
    star: string | undefined,
    digits: string | undefined,
  ): number | 'bad' | undefined {
    if (star === undefined) {
      if (digits === undefined || digits === '') return undefined
      return Number(digits) <= WIDTH_MAX ? Number(digits) : 'bad'
    }
    this.#index(index)
    const value = integerOf(this.#args[this.#next])
    if (this.#next < this.#args.length) this.#next++
    const isGood = value !== undefined && value >= -1_000_000n && value <= 1_000_000n
    return isGood ? Number(value) : 'bad'
  }

  #index(text: string | undefined): void {
    if (text === undefined) return
    this.#isReordered = true
    const at = /^\[(\d+)\]$/.exec(text)?.[1]
    if (at === undefined || Number(at) < 1 || Number(at) > this.#args.length)
      this.#isBadIndex = true
    else this.#next = Number(at) - 1
  }
}

function wrongVerb(value: unknown, verb: string): string {
  if (value === null || value === undefined) return `%!${verb}(<nil>)`
  return `%!${verb}(${typeName(value)}=${printValue(value)})`
}

function formatOne(value: unknown, spec: Spec): string {
  const { verb } = spec
  if (verb === 'T') return formatText(typeName(value), { ...spec, verb: 's' })
  if (value === null || value === undefined) {
    return verb === 'v' ? pad('<nil>', spec) : wrongVerb(value, verb)
  }
  const own =
    'sqvxX'.includes(verb) && !(verb === 'v' && spec.sharp) ? stringerText(value) : undefined
  const text = own ?? textOf(value)
  if (text !== undefined) {
    return 'vsqxX'.includes(verb) ? formatText(text, spec) : wrongVerb(value, verb)
  }
  const integer = integerOf(value)
  const number = verb === 'v' ? { ...spec, plus: false } : spec
  if (integer !== undefined) return formatInteger(integer, number) ?? wrongVerb(value, verb)
  if (typeof value === 'number') return formatNumber(value, number) ?? wrongVerb(value, verb)
  if (typeof value === 'boolean') {
    return verb === 't' || verb === 'v' ? pad(String(value), spec) : wrongVerb(value, verb)
  }
  if (value instanceof GoComplex) return formatComplex(value, spec) ?? wrongVerb(value, verb)
  return formatComposite(value, spec)
}

/** Each part is written by the verb on its own. */
function formatComposite(value: unknown, spec: Spec): string {
  const each = (item: unknown): string => nested(() => paid(formatOne(item, spec)))
  if (Array.isArray(value)) return `[${value.map(each).join(' ')}]`
  const map = value instanceof StringMap ? value.entries : value
  if (map instanceof Map) {
    const entries = sortedEntries(map)
    return `map[${entries.map(([key, item]) => `${each(key)}:${each(item)}`).join(' ')}]`
  }
  if (value instanceof GoStruct) {
    const fields = Object.entries(value.fields())
    const named = spec.verb === 'v' && (spec.plus || spec.sharp)
    return `{${fields.map(([name, item]) => (named ? `${name}:` : '') + each(item)).join(' ')}}`
  }
  return spec.verb === 'v' ? printValue(value) : wrongVerb(value, spec.verb)
}

function formatText(text: string, spec: Spec): string {
  const cut =
    spec.precision === undefined ? text : Array.from(text).slice(0, spec.precision).join('')
  switch (spec.verb) {
    case 'q':
      return pad(spec.sharp && isBackquotable(cut) ? `\`${cut}\`` : quote(cut, spec.plus), spec)
    case 'x':
    case 'X':
      return pad(hexText(text, spec), spec)
    default:
      return pad(spec.verb === 'v' && spec.sharp ? quote(text) : cut, spec)
  }
}

const isBackquotable = (text: string): boolean => !/[`\uFEFF\x7f]|[^\t\P{Cc}]/u.test(text)

function hexText(text: string, { precision, space, sharp, verb }: Spec): string {
  const bytes = [...Buffer.from(text)].slice(0, precision)
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0'))
  const joined = space
    ? hex.map((digits) => (sharp ? `0x${digits}` : digits)).join(' ')
    : (sharp && hex.length > 0 ? '0x' : '') + hex.join('')
  return verb === 'X' ? joined.toUpperCase() : joined
}
