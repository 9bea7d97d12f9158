import type { Matcher } from '@weir/model'
import { unescape } from '@weir/template/go-quote'
import type { ExpressionBudget } from './expression-budget.ts'
import { type RouteMatcher, RESERVED, routeMatcher } from './matcher.ts'

/**
 * Alertmanager's newer grammar of matchers: any name, quoted or bare; a value has to be there.
 *
 *     [ { ] name op value , name op value [ , ] [ } ]
 *
 * Quoted parts have Go's escapes; bare ones may hold anything but white space and {}!=~,\"'`.
 *
 * @throws {Error} saying where it stopped, or what is wrong with an expression
 * @see alertmanager:matcher/parse/parse.go
 */
export function readUtf8Matchers(text: string, budget?: ExpressionBudget): RouteMatcher[] {
  return new Reader(text).matchers().map((matcher) => {
    budget?.(matcher)
    return routeMatcher(matcher)
  })
}

const SPACE = /\p{White_Space}/u
const QUOTED = /"(?:[^"\\]|\\[\s\S])*"/y

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  matchers(): Matcher[] {
    const isBraced = this.#take('{')
    const all: Matcher[] = []
    while (!this.#isOver('}')) {
      all.push(this.#matcher())
      if (!this.#take(',')) break
    }
    if (isBraced && !this.#take('}')) this.#fail('}')
    if (!this.#isOver()) this.#fail('the end')
    return all
  }

  #matcher(): Matcher {
    const name = this.#part('a label name')
    const operator = (['=~', '!~', '!=', '='] as const).find((known) => this.#take(known))
    if (operator === undefined) this.#fail('an operator such as =')
    return { name, operator, value: this.#part('a value') }
  }

  #part(wanted: string): string {
    this.#skipSpace()
    return this.#text[this.#at] === '"' ? this.#quoted() : this.#bare(wanted)
  }

  #quoted(): string {
    QUOTED.lastIndex = this.#at
    const found = QUOTED.exec(this.#text)?.[0]
    if (found === undefined) this.#fail('an end of the quotes')
    const value = found.includes('\n') ? undefined : unescape(found.slice(1, -1))
    // In double quotes Go knows no \' either.
    if (value === undefined || /(?:^|[^\\])(?:\\\\)*\\'/.test(found)) {
      this.#fail('a string without line breaks and unknown escapes')
    }
    this.#at += found.length
    return value
  }

  #bare(wanted: string): string {
    const from = this.#at
    while (this.#at < this.#text.length && !RESERVED.test(this.#text[this.#at]!)) this.#at++
    if (this.#at === from) this.#fail(wanted)
    return this.#text.slice(from, this.#at)
  }

  #skipSpace(): void {
    while (SPACE.test(this.#text[this.#at] ?? '')) this.#at++
  }

  #isOver(mark?: string): boolean {
    this.#skipSpace()
    return this.#at >= this.#text.length || this.#text[this.#at] === mark
  }

  #take(mark: string): boolean {
    this.#skipSpace()
    if (!this.#text.startsWith(mark, this.#at)) return false
    this.#at += mark.length
    return true
  }

  #fail(wanted: string): never {
    const rest = this.#text.slice(this.#at)
    const got = rest === '' ? 'the end' : JSON.stringify(rest)
    throw new Error(`at ${this.#at}: want ${wanted}, got ${got}`)
  }
}
