import {
  type GoFunction,
  TemplateFailure,
  goFunction,
  isTrue,
  queryEscape,
  spend,
  titleWords,
  toLower,
  toUpper,
  variadic,
  withBudget,
} from '@weir/template'
import type { RE2JS } from 're2js'
import { ParseError } from '../parse/parse-error.ts'
import { compileRegex } from '../pipeline/regex.ts'

/** Longest text that a function makes. */
const LENGTH_MAX = 1_048_576

/** Functions of texts: Loki's own, and those of the library that it takes some from. Characters are code points. */
export const TEXT_FUNCTIONS: readonly (readonly [string, GoFunction])[] = [
  ['ToLower', text(toLower)],
  ['ToUpper', text(toUpper)],
  ['lower', text(toLower)],
  ['upper', text(toUpper)],
  ['title', text(titleWords)],
  ['trim', text((value) => value.trim())],
  ['TrimSpace', text((value) => value.trim())],
  ['Trim', texts((value, set) => trimEnd(trimStart(value, set), set))],
  ['TrimLeft', texts(trimStart)],
  ['TrimRight', texts(trimEnd)],
  ['TrimPrefix', texts(withoutPrefix)],
  ['TrimSuffix', texts(withoutSuffix)],
  ['trimAll', texts((set, value) => trimEnd(trimStart(value, set), set))],
  ['trimPrefix', texts((prefix, value) => withoutPrefix(value, prefix))],
  ['trimSuffix', texts((suffix, value) => withoutSuffix(value, suffix))],
  ['contains', texts((part, value) => value.includes(part))],
  ['hasPrefix', texts((part, value) => value.startsWith(part))],
  ['hasSuffix', texts((part, value) => value.endsWith(part))],
  [
    'Replace',
    goFunction(['string', 'string', 'string', 'int'], ([value, from, to, count]) =>
      replaced(value as string, from as string, to as string, Number(count)),
    ),
  ],
  [
    'replace',
    goFunction(['string', 'string', 'string'], ([from, to, value]) =>
      replaced(value as string, from as string, to as string, -1),
    ),
  ],
  ['repeat', counted((count, value) => repeated(value, count))],
  ['trunc', counted(truncated)],
  [
    'substr',
    goFunction(['int', 'int', 'string'], ([from, to, value]) =>
      part(value as string, Number(from), Number(to)),
    ),
  ],
  ['indent', counted((spaces, value) => indented(value, spaces))],
  ['nindent', counted((spaces, value) => `\n${indented(value, spaces)}`)],
  ['alignLeft', counted((width, value) => aligned(value, width, 'left'))],
  ['alignRight', counted((width, value) => aligned(value, width, 'right'))],
  [
    'default',
    variadic(['any', 'any'], ([otherwise, value]) => (isTrue(value) ? value : otherwise)),
  ],
  ['urlencode', text(queryEscape)],
  ['urldecode', text(unescapedQuery)],
  ['b64enc', text((value) => Buffer.from(value).toString('base64'))],
  ['b64dec', text(base64Text)],
  [
    'regexReplaceAll',
    goFunction(['string', 'string', 'string'], ([pattern, value, by]) =>
      withBudget(() => regexReplaced(pattern as string, value as string, by as string, expanded)),
    ),
  ],
  [
    'regexReplaceAllLiteral',
    goFunction(['string', 'string', 'string'], ([pattern, value, by]) =>
      withBudget(() => regexReplaced(pattern as string, value as string, by as string, (to) => to)),
    ),
  ],
  ['count', texts((pattern, value) => BigInt(matches(pattern, value)))],
]

function text(call: (value: string) => unknown): GoFunction {
  return goFunction(['string'], ([value]) => call(value as string))
}

function texts(call: (first: string, second: string) => unknown): GoFunction {
  return goFunction(['string', 'string'], ([first, second]) =>
    call(first as string, second as string),
  )
}

function counted(call: (count: number, value: string) => string): GoFunction {
  return goFunction(['int', 'string'], ([count, value]) => call(Number(count), value as string))
}

function trimStart(value: string, set: string): string {
  const chars = new Set(set)
  let at = 0
  for (const char of value) {
    if (!chars.has(char)) break
    at += char.length
  }
  return value.slice(at)
}

function trimEnd(value: string, set: string): string {
  const chars = new Set(set)
  const all = Array.from(value)
  let end = all.length
  while (end > 0 && chars.has(all[end - 1]!)) end--
  return all.slice(0, end).join('')
}

function withoutPrefix(value: string, prefix: string): string {
  return value.startsWith(prefix) ? value.slice(prefix.length) : value
}

function withoutSuffix(value: string, suffix: string): string {
  return suffix !== '' && value.endsWith(suffix) ? value.slice(0, -suffix.length) : value
}

/** As `strings.Replace`: nothing is found between all characters. */
function replaced(value: string, from: string, to: string, count: number): string {
  const pieces = from === '' ? ['', ...Array.from(value), ''] : value.split(from)
  const turns = count < 0 ? pieces.length - 1 : Math.min(count, pieces.length - 1)
  mayHave(value.length + turns * to.length)
  const head = pieces.slice(0, turns + 1).join(to)
  const tail = pieces.slice(turns + 1)
  return tail.length === 0 ? head : [head, ...tail].join(from)
}

function repeated(value: string, count: number): string {
  if (count < 0) throw new TemplateFailure('strings: negative Repeat count')
  mayHave(value.length * count)
  return value.repeat(count)
}

function mayHave(length: number): void {
  if (length > LENGTH_MAX)
    throw new TemplateFailure(`more than ${LENGTH_MAX} characters in a value`)
}

function truncated(count: number, value: string): string {
  const chars = Array.from(value)
  if (count < 0 && chars.length + count > 0) return chars.slice(count).join('')
  return count >= 0 && chars.length > count ? chars.slice(0, count).join('') : value
}

function part(value: string, from: number, to: number): string {
  const chars = Array.from(value)
  const start = Math.max(from, 0)
  const end = to < 0 ? (from < 0 ? 0 : chars.length) : Math.min(to, chars.length)
  return chars.slice(start, Math.max(start, end)).join('')
}

function indented(value: string, spaces: number): string {
  const pad = repeated(' ', spaces)
  mayHave(value.length + pad.length * value.split('\n').length)
  return pad + value.replaceAll('\n', `\n${pad}`)
}

function aligned(value: string, width: number, side: 'left' | 'right'): string {
  const chars = Array.from(value)
  if (width < 0 || width === chars.length) return value
  if (width < chars.length) {
    return (side === 'left' ? chars.slice(0, width) : chars.slice(-width || chars.length)).join('')
  }
  const pad = repeated(' ', width - chars.length)
  return side === 'left' ? value + pad : pad + value
}

function unescapedQuery(value: string): string {
  const broken = /%(?![\da-fA-F]{2}).{0,2}/s.exec(value)
  if (broken !== null) throw new TemplateFailure(`invalid URL escape ${JSON.stringify(broken[0])}`)
  const bytes = value
    .replaceAll('+', ' ')
    .split(/(%[\da-fA-F]{2})/)
    .map((piece, i) =>
      i % 2 === 1 ? Buffer.from([Number.parseInt(piece.slice(1), 16)]) : Buffer.from(piece),
    )
  return Buffer.concat(bytes).toString()
}

/** What is no base64 gives the words of the error, as Loki's library does. */
function base64Text(value: string): string {
  const broken = /[^A-Za-z0-9+/=\r\n]/.exec(value)
  if (broken !== null) return `illegal base64 data at input byte ${broken.index}`
  return Buffer.from(value, 'base64').toString()
}

function regex(pattern: string): RE2JS {
  try {
    return compileRegex(pattern, 0)
  } catch (cause) {
    throw cause instanceof ParseError ? new TemplateFailure(cause.message) : cause
  }
}

type Expand = (template: string, matcher: ReturnType<RE2JS['matcher']>) => string

function regexReplaced(pattern: string, value: string, by: string, expand: Expand): string {
  const matcher = regex(pattern).matcher(value)
  let result = ''
  let end = 0
  while (matcher.find()) {
    // As Go has it, nothing is not found again right behind something.
    if (matcher.end() === end && matcher.start() === end && end > 0) continue
    const filled = expand(by, matcher)
    spend(filled.length)
    result += value.slice(end, matcher.start()) + filled
    end = matcher.end()
  }
  return result + value.slice(end)
}

/** `$1`, `${1}` and `${name}` stand for groups, `$$` for a dollar sign. */
function expanded(template: string, matcher: ReturnType<RE2JS['matcher']>): string {
  return template.replace(
    /\$(?:(\$)|\{(\w+)\}|(\w+))/g,
    (_, dollar?: string, braced?: string, bare?: string) => {
      if (dollar !== undefined) return '$'
      const name = braced ?? bare ?? ''
      const isNumber = /^\d+$/.test(name)
      if (isNumber)
        return Number(name) <= matcher.groupCount() ? (matcher.group(Number(name)) ?? '') : ''
      return name in matcher.pattern().namedGroups() ? (matcher.group(name) ?? '') : ''
    },
  )
}

function matches(pattern: string, value: string): number {
  const matcher = regex(pattern).matcher(value)
  let count = 0
  while (matcher.find()) count++
  return count
}
