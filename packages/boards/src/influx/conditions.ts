/** Conditions of InfluxQL (`"host" = 'a' AND "job" =~ /^$Jobs$/`) as matchers of PromQL. */
import { regexEscaped } from '../scope/formats.ts'
import type { InfluxNames } from './names.ts'

export interface Conditions {
  /** `job=~"…"`, with variables still in them. */
  readonly matchers: readonly string[]
  /** What could not be said. */
  readonly left: readonly string[]
}

interface TagCondition {
  readonly key: string
  readonly operator: string
  readonly value: string
}

/** @param where the text of a WHERE clause; time conditions are left to the window of the query */
export function influxMatchers(where: string, names: InfluxNames): Conditions {
  const matchers: string[] = []
  const left: string[] = []
  for (const part of splitByAnd(where)) {
    const plain = part
      .trim()
      .replaceAll(/^\(+|\)+$/g, '')
      .trim()
    if (plain === '' || /^\$\{?(?:__)?timeFilter\b|^"?time"?\s{0,9}[<>=]/i.test(plain)) continue
    const either = eitherOf(plain, names)
    if (either !== undefined) {
      matchers.push(either)
      continue
    }
    const found =
      /^"?([^"=!<>~\s]{1,200})"?(?:::tag)?\s{0,20}(=~|!~|!=|<>|=)\s{0,20}(.{1,1000})$/s.exec(plain)
    const matcher =
      found === null
        ? undefined
        : matcherOf({ key: found[1]!, operator: found[2]!, value: found[3]!.trim() }, names)
    if (matcher === undefined) left.push(plain)
    else matchers.push(matcher)
  }
  return { matchers, left }
}

/** @returns undefined for what PromQL's matchers cannot say */
function matcherOf({ key, operator, value }: TagCondition, names: InfluxNames): string | undefined {
  const label = names.label(key)
  if (operator === '=~' || operator === '!~') {
    const pattern = /^\/(.{0,1000})\/[a-z]{0,5}$/s.exec(value)?.[1]
    return pattern === undefined ? undefined : `${label}${operator}${regexText(pattern)}`
  }
  const equal = operator === '=' ? '=' : operator === '!=' || operator === '<>' ? '!=' : undefined
  if (equal === undefined) return undefined
  const quotedText = /^'((?:[^'\\]|\\.){0,1000})'$/s.exec(value)?.[1]?.replaceAll(/\\(.)/gs, '$1')
  const plain = quotedText ?? /^[\w.$:{}[\]-]{1,1000}$/.exec(value)?.[0]
  if (plain === undefined) return undefined
  return `${label}${equal}${JSON.stringify(plain)}`
}

/** `"a" = 'x' OR "a" = 'y'` is one condition; an OR of different tags is none that PromQL has. */
function eitherOf(text: string, names: InfluxNames): string | undefined {
  const parts = text.split(/\sor\s/i)
  if (parts.length < 2) return undefined
  const equal = parts.map((part) => /^\s*"?([^"=\s]{1,200})"?\s*=\s*'([^']{0,500})'\s*$/.exec(part))
  const key = equal[0]?.[1]
  if (key === undefined || equal.some((one) => one === null || one[1] !== key)) return undefined
  const pattern = equal.map((one) => regexEscaped(one![2]!)).join('|')
  return `${names.label(key)}=~${JSON.stringify(pattern)}`
}

/** InfluxQL's pattern may match anywhere, PromQL's must match from end to end. */
function regexText(pattern: string): string {
  const opened = pattern.startsWith('^') ? pattern.slice(1) : `.*${pattern}`
  const isClosed = opened.endsWith('$') && !opened.endsWith('\\$')
  const closed = isClosed ? opened.slice(0, -1) : `${opened}.*`
  const plain = closed.replaceAll('\\/', '/')
  // The value of a variable is one text, whatever stands in it.
  const filled = plain.replaceAll(
    /\$(\w{1,200})|\[\[(\w{1,200})\]\]|\$\{(\w{1,200})\}/g,
    (_, a: string | undefined, b: string | undefined, c: string | undefined) =>
      `\${${a ?? b ?? c ?? ''}:regex}`,
  )
  return JSON.stringify(filled)
}

/** At each AND outside of quotes, patterns and brackets. An OR stays in one piece. */
function splitByAnd(where: string): readonly string[] {
  const parts: string[] = []
  let start = 0
  for (let i = 0; i < where.length; i++) {
    const sign = where[i]!
    if (
      sign === '"' ||
      sign === "'" ||
      (sign === '/' && /~\s{0,20}$/.test(where.slice(Math.max(0, i - 22), i)))
    ) {
      i = closing(where, i, sign)
    } else if (/^and\b/i.test(where.slice(i, i + 4)) && /[\s)]/.test(where[i - 1] ?? ' ')) {
      parts.push(where.slice(start, i))
      i += 2
      start = i + 1
    }
  }
  parts.push(where.slice(start))
  return parts
}

function closing(text: string, from: number, sign: string): number {
  for (let i = from + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === sign) return i
  }
  return text.length
}
