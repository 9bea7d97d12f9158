import { unescape } from './go-quote.ts'
import type { NumberOperand } from './nodes.ts'

type Parts = Pick<NumberOperand, 'int' | 'float' | 'isFloat' | 'imaginary'>

/** A number or a character constant of Go; a text says what is wrong with it. */
export function readNumber(text: string, isChar: boolean): Parts | string {
  if (isChar) return readChar(text)
  if (text.endsWith('i')) return readComplex(text)
  const int = readInteger(text)
  const float = readFloat(text)
  if (int === undefined && float === undefined) return `illegal number syntax: ${quoted(text)}`
  if (int === undefined && !/[.eEpP]/.test(text)) return `integer overflow: ${quoted(text)}`
  if (float !== undefined && !Number.isFinite(float))
    return `illegal number syntax: ${quoted(text)}`
  const isHex = /^[+-]?0[xX]/.test(text)
  const isFloat = isHex ? /[pP.]/.test(text) : /[.eE]/.test(text)
  const whole = float !== undefined && Number.isInteger(float) ? BigInt(float) : undefined
  const known = int ?? (whole !== undefined && fits(whole) ? whole : undefined)
  if (int !== undefined && !fits(int) && int > 0xffff_ffff_ffff_ffffn) {
    return `integer overflow: ${quoted(text)}`
  }
  return { int: known, float: float ?? Number(int), isFloat, imaginary: undefined }
}

const quoted = (text: string): string => JSON.stringify(text)

function fits(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value
}

function readChar(text: string): Parts | string {
  const inside = unescape(text.slice(1, -1))
  if (inside === undefined || inside === '') return 'invalid syntax'
  if (Array.from(inside).length !== 1) return `malformed character constant: ${text}`
  const code = inside.codePointAt(0)!
  return { int: BigInt(code), float: code, isFloat: false, imaginary: undefined }
}

function readComplex(text: string): Parts | string {
  const found = /^([+-]?[^+-]*(?:[eE][+-]?\d+)?)?([+-][^+-]*(?:[eE][+-]?\d+)?)i$/.exec(text)
  const real = found?.[1] === undefined || found[1] === '' ? 0 : readFloat(found[1])
  const imaginary = readFloat(found === null ? text.slice(0, -1) : found[2]!)
  if (real === undefined || imaginary === undefined) return `illegal number syntax: ${quoted(text)}`
  return { int: undefined, float: real, isFloat: false, imaginary }
}

/** Underscores stand between digits, or between a prefix and a digit. */
function hasGoodUnderscores(text: string): boolean {
  return !/__|_$|^[+-]?_|_[.eEpP+-]|[.eEpP+-]_/.test(text.replace(/0[xX]/, '0'))
}

function readInteger(text: string): bigint | undefined {
  const size = text.replace(/^[+-]/, '')
  const plain = size.replaceAll('_', '')
  if (!hasGoodUnderscores(text)) return undefined
  const octal = /^0[0-7]+$/.test(plain) ? `0o${plain.slice(1)}` : plain
  if (!/^(?:0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+|0|[1-9]\d*)$/.test(octal)) return undefined
  return BigInt(octal) * (text.startsWith('-') ? -1n : 1n)
}

/** Undefined for what Go's strconv.ParseFloat does not take. */
export function readFloat(text: string): number | undefined {
  const sign = text.startsWith('-') ? -1 : 1
  const size = text.replace(/^[+-]/, '')
  if (/^(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(size)) return sign * Number(size)
  if (!hasGoodUnderscores(text)) return undefined
  const hex = /^0[xX]([\da-fA-F_]*)\.?([\da-fA-F_]*)[pP]([+-]?\d+)$/.exec(size)
  if (hex === null) return undefined
  const [whole, fraction] = [hex[1]!.replaceAll('_', ''), hex[2]!.replaceAll('_', '')]
  const digits = whole + fraction
  if (digits === '') return undefined
  return sign * parseInt(digits, 16) * 2 ** (Number(hex[3]) - 4 * fraction.length)
}
