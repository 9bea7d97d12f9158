import type { Labels, Matcher, MatchOperator } from '@weir/model'
import { RE2JS } from 're2js'
import { quote } from '../template/go-printf.ts'
import { unescape } from '../template/lex.ts'

/** A matcher of a route, with its expression compiled. */
export interface RouteMatcher extends Matcher {
  matches(labels: Labels): boolean
}

/** @throws {Error} when the expression is not RE2 */
export function routeMatcher(matcher: Matcher): RouteMatcher {
  const { name, operator, value } = matcher
  if (operator === '=') return { ...matcher, matches: (labels) => labels.get(name) === value }
  if (operator === '!=') return { ...matcher, matches: (labels) => labels.get(name) !== value }
  const regex = RE2JS.compile(`^(?:${value})$`)
  const isWanted = operator === '=~'
  return {
    ...matcher,
    matches: (labels) => regex.matcher(labels.get(name)).find() === isWanted,
  }
}

const OPERATOR_ORDER: readonly MatchOperator[] = ['=', '!=', '=~', '!~']

/** By name, then value, then operator: the order in which route keys list them. */
export function sortMatchers<M extends Matcher>(matchers: readonly M[]): M[] {
  return matchers.toSorted(
    (a, b) =>
      compare(a.name, b.name) ||
      compare(a.value, b.value) ||
      OPERATOR_ORDER.indexOf(a.operator) - OPERATOR_ORDER.indexOf(b.operator),
  )
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const RESERVED = /[\s{}!=~,\\"'`]/

/** `{a="x",b=~"y"}`, as Alertmanager writes it. */
export function showMatchers(matchers: readonly Matcher[]): string {
  const shown = matchers.map(({ name, operator, value }) => {
    return `${RESERVED.test(name) ? quote(name) : name}${operator}${quote(value)}`
  })
  return `{${shown.join(',')}}`
}

/**
 * Reads matchers as Alertmanager does by default: in its UTF-8 grammar, and in the older one where
 * that fails.
 *
 * @throws {Error} saying where it stopped
 */
export function parseMatchers(text: string): Matcher[] {
  try {
    return new Utf8Reader(text).matchers()
  } catch (cause) {
    return parseClassic(text) ?? raise(cause)
  }
}

function raise(cause: unknown): never {
  throw cause
}

class Utf8Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  #fail(wanted: string): never {
    throw new Error(
      `at ${this.#at}: want ${wanted}, got ${JSON.stringify(this.#text.slice(this.#at))}`,
    )
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++
  }

  #take(mark: string): boolean {
    this.#space()
    if (!this.#text.startsWith(mark, this.#at)) return false
    this.#at += mark.length
    return true
  }

  matchers(): Matcher[] {
    const isBraced = this.#take('{')
    const all: Matcher[] = []
    for (;;) {
      this.#space()
      if (this.#at >= this.#text.length || this.#text[this.#at] === '}') break
      all.push(this.#matcher())
      if (!this.#take(',')) break
    }
    if (isBraced && !this.#take('}')) this.#fail('}')
    this.#space()
    if (this.#at < this.#text.length) this.#fail('the end')
    return all
  }

  #matcher(): Matcher {
    const name = this.#value('a label name')
    const operator = (['=~', '!~', '!=', '='] as const).find((known) => this.#take(known))
    if (operator === undefined) this.#fail('an operator such as =')
    return { name, operator, value: this.#value('a value') }
  }

  #value(what: string): string {
    this.#space()
    const rest = this.#text.slice(this.#at)
    const quoted = /^"(?:[^"\\]|\\.)*"/.exec(rest)?.[0]
    if (quoted !== undefined) {
      const value = unescape(quoted.slice(1, -1))
      if (value === undefined) this.#fail('a string without unknown escapes')
      this.#at += quoted.length
      return value
    }
    const bare = /^[^\s{}!=~,\\"'`]+/.exec(rest)?.[0]
    if (bare === undefined) this.#fail(what)
    this.#at += bare.length
    return bare
  }
}

const CLASSIC =
  /^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(=~|!~|!=|=)\s*((?:[^",]|"(?:[^"\\]|\\.)*")*?)\s*$/

function parseClassic(text: string): Matcher[] | undefined {
  const inside = text.replace(/^\{/, '').replace(/\}$/, '')
  const parts = inside.match(/(?:[^",]|"(?:[^"\\]|\\.)*")+/g) ?? []
  const all: Matcher[] = []
  for (const part of parts) {
    const found = CLASSIC.exec(part)
    if (found === null) return undefined
    const value = found[3]!.replace(/^"([\s\S]*)"$/, '$1')
    const unescaped = value.replace(/\\([\\"n])/g, (_, c: string) => (c === 'n' ? '\n' : c))
    all.push({ name: found[1]!, operator: found[2] as MatchOperator, value: unescaped })
  }
  return all
}
