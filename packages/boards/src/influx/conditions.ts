/** Conditions of InfluxQL (`"host" = 'a' AND "job" =~ /^$Jobs$/`) as matchers of PromQL. */
import type { InfluxNames } from './names.ts'

export interface Conditions {
  /** `job=~"…"`, with variables still in them. */
  readonly matchers: readonly string[]
  /** What could not be said. */
  readonly left: readonly string[]
}

/** A part of a builder's `tags`. */
export interface TagCondition {
  readonly key: string
  readonly operator: string
  readonly value: string
  readonly condition?: string
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
export function matcherOf(
  { key, operator, value }: TagCondition,
  names: InfluxNames,
): string | undefined {
  const label = names.label(key)
  if (operator === '=~' || operator === '!~') {
    const pattern = /^\/(.{0,1000})\/[a-z]{0,5}$/s.exec(value)?.[1]
    return pattern === undefined ? undefined : `${label}${operator}${regexText(pattern)}`
  }
  const equal = operator === '=' ? '=' : operator === '!=' || operator === '<>' ? '!=' : undefined
  if (equal === undefined) return undefined
  const plain =
    /^'((?:[^'\\]|\\.){0,1000})'$/s.exec(value)?.[1]?.replaceAll(/\\(.)/gs, '$1') ?? value
  return `${label}${equal}${JSON.stringify(plain)}`
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
    } else if (/^\s?and\s/i.test(where.slice(i, i + 5)) && /\s|^$|\)/.test(where[i - 1] ?? ' ')) {
      parts.push(where.slice(start, i))
      i += 3
      start = i
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
