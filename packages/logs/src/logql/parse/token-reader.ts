import { ParseError } from './parse-error.ts'
import { type Token, tokens } from './lexer.ts'

type TokenOf<Kind extends Token['kind']> = Token & { readonly kind: Kind }

/** Tokens of a query, one after the other; what is wanted and not there becomes an error with its place. */
export class TokenReader {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(text: string) {
    this.#tokens = tokens(text)
  }

  get token(): Token {
    return this.#tokens[this.#at]!
  }

  get following(): Token {
    return this.#tokens[Math.min(this.#at + 1, this.#tokens.length - 1)]!
  }

  skip(): void {
    if (this.#at < this.#tokens.length - 1) this.#at++
  }

  isOperator(...texts: readonly string[]): boolean {
    return this.token.kind === 'operator' && texts.includes(this.token.text)
  }

  /** Whether the next token is this word of the language; case does not matter. */
  isWord(word: string): boolean {
    const { kind, text } = this.token
    return (kind === 'identifier' || kind === 'function') && text.toLowerCase() === word
  }

  takeOperator(...texts: readonly string[]): string | undefined {
    if (!this.isOperator(...texts)) return undefined
    const { text } = this.token
    this.skip()
    return text
  }

  takeWord(word: string): boolean {
    if (!this.isWord(word)) return false
    this.skip()
    return true
  }

  take<Kind extends Token['kind']>(kind: Kind): TokenOf<Kind> | undefined {
    const { token } = this
    if (token.kind !== kind) return undefined
    this.skip()
    return token as TokenOf<Kind>
  }

  want<Kind extends Token['kind']>(kind: Kind, what: string): TokenOf<Kind> {
    return this.take(kind) ?? this.fail(what)
  }

  wantOperator(text: string, what = `"${text}"`): void {
    if (this.takeOperator(text) === undefined) this.fail(what)
  }

  /** A label's name; functions' names may be those of labels too. */
  wantName(what: string): string {
    return (this.take('identifier') ?? this.take('function') ?? this.fail(what)).text
  }

  /** @throws {ParseError} `want … , got …` */
  fail(what: string): never {
    const { kind, text, start } = this.token
    throw new ParseError(
      `want ${what}, got ${kind === 'end' ? 'the end of the query' : text}`,
      start,
    )
  }
}
