import { type Item, type Token, cut, unescape } from './lex.ts'

/**
 * Go's text/template language: text with actions between `{{` and `}}`, read into a tree.
 *
 * In order: text and actions are cut apart (trim markers and comments go here), an action's inside
 * becomes tokens, and a recursive descent over both builds the nodes. What Go refuses when it parses
 * is refused here: unknown functions and variables, blocks left open, a value where a command must be.
 *
 * @see go:src/text/template/parse
 */
export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipe: Pipe }
  | BranchNode
  | {
      readonly kind: 'template'
      readonly name: string
      readonly pipe: Pipe | undefined
      readonly line: number
    }
  | { readonly kind: 'break' | 'continue' }

export interface BranchNode {
  readonly kind: 'if' | 'with' | 'range'
  readonly pipe: Pipe
  readonly body: readonly TemplateNode[]
  readonly otherwise: readonly TemplateNode[]
}

export interface Pipe {
  readonly line: number
  /** Variables set by the pipeline, `$` included. */
  readonly variables: readonly string[]
  /** `=` rather than `:=`. */
  readonly isAssignment: boolean
  readonly commands: readonly Command[]
}

export interface Command {
  readonly args: readonly Operand[]
  readonly text: string
}

export type Operand =
  | { readonly kind: 'dot' }
  | { readonly kind: 'nil' }
  | { readonly kind: 'constant'; readonly value: string | boolean }
  | { readonly kind: 'number'; readonly value: bigint | number; readonly asFloat: number }
  | { readonly kind: 'field'; readonly names: readonly string[] }
  | { readonly kind: 'variable'; readonly name: string; readonly names: readonly string[] }
  | { readonly kind: 'chain'; readonly of: Operand; readonly names: readonly string[] }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'pipe'; readonly pipe: Pipe }

/** Named templates; `main` is the text outside of all definitions. */
export interface TemplateTree {
  readonly main: readonly TemplateNode[]
  readonly definitions: ReadonlyMap<string, readonly TemplateNode[]>
}

class TemplateSyntaxError extends Error {
  override readonly name = 'TemplateSyntaxError'
}

export interface ParseOptions {
  readonly name: string
  readonly functions: { has(name: string): boolean }
  /** Variables that are there from the start, `$` included; `$` itself always is. */
  readonly variables?: readonly string[]
}

/** @throws {TemplateSyntaxError} worded as Go's: `template: NAME:LINE: what` */
export function parseTemplate(text: string, options: ParseOptions): TemplateTree {
  return new Parser(text, options).parse()
}

const DEPTH_MAX = 200

class Parser {
  readonly #options: ParseOptions
  readonly #items: Item[]
  readonly #definitions = new Map<string, readonly TemplateNode[]>()
  #variables: string[]
  #at = 0
  #rangeDepth = 0
  #depth = 0

  constructor(text: string, options: ParseOptions) {
    this.#options = options
    this.#variables = ['$', ...(options.variables ?? [])]
    this.#items = cut(text, (line, what) => this.#fail(line, what))
  }

  #fail(line: number, what: string): never {
    throw new TemplateSyntaxError(`template: ${this.#options.name}:${line}: ${what}`)
  }

  parse(): TemplateTree {
    const main: TemplateNode[] = []
    const stop = this.#list(main, true)
    if (stop !== undefined) this.#fail(stop.line, `unexpected {{${stop.word}}}`)
    return { main, definitions: this.#definitions }
  }

  /** Reads nodes until `{{end}}` or `{{else}}`, which it returns; undefined at the end of the text. */
  #list(
    into: TemplateNode[],
    isTop = false,
  ): { readonly word: 'end' | 'else'; readonly line: number; readonly rest: Action } | undefined {
    if (++this.#depth > DEPTH_MAX) this.#fail(this.#line(), 'blocks are nested too deeply')
    while (this.#at < this.#items.length) {
      const item = this.#items[this.#at++]!
      if (item.kind === 'text') {
        if (item.text !== '') into.push({ kind: 'text', text: item.text })
        continue
      }
      const action = new Action(item.tokens, item.line, (line, what) => this.#fail(line, what))
      const word = action.takeKeyword()
      if (word === 'end' || word === 'else') {
        if (word === 'end') action.expectEnd('end')
        this.#depth--
        return { word, line: item.line, rest: action }
      }
      this.#action(word, action, into, isTop)
    }
    this.#depth--
    return undefined
  }

  #line(): number {
    const item = this.#items[this.#at - 1]
    return item?.kind === 'action' ? item.line : 1
  }

  #action(word: Keyword | undefined, action: Action, into: TemplateNode[], isTop: boolean): void {
    switch (word) {
      case undefined: {
        const pipe = this.#pipe(action, 'command')
        action.expectEnd('command')
        into.push({ kind: 'action', pipe })
        return
      }
      case 'if':
      case 'with':
      case 'range':
        into.push(this.#branch(word, action))
        return
      case 'template':
        into.push(this.#call(action))
        return
      case 'define':
        if (!isTop) this.#fail(action.line, 'unexpected {{define}}')
        this.#define(action)
        return
      case 'block':
        into.push(this.#block(action))
        return
      case 'break':
      case 'continue':
        action.expectEnd(word)
        if (this.#rangeDepth === 0) this.#fail(action.line, `{{${word}}} outside {{range}}`)
        into.push({ kind: word })
        return
      default:
        word satisfies 'end' | 'else'
    }
  }

  #branch(kind: 'if' | 'with' | 'range', action: Action): BranchNode {
    const known = this.#variables.length
    const pipe = this.#pipe(action, kind)
    action.expectEnd(kind)
    const body: TemplateNode[] = []
    const otherwise: TemplateNode[] = []
    if (kind === 'range') this.#rangeDepth++
    const stop = this.#list(body)
    if (kind === 'range') this.#rangeDepth--
    if (stop === undefined) this.#fail(this.#line(), 'unexpected EOF')
    if (stop.word === 'else') {
      const again = kind === 'range' ? undefined : stop.rest.takeElse(kind)
      if (again !== undefined) {
        otherwise.push(this.#branch(again, stop.rest)) // its {{end}} is ours too
      } else {
        stop.rest.expectEnd('else')
        const last = this.#list(otherwise)
        if (last === undefined) this.#fail(this.#line(), 'unexpected EOF')
        if (last.word === 'else') this.#fail(last.line, 'expected end; found {{else}}')
      }
    }
    this.#variables.length = known
    return { kind, pipe, body, otherwise }
  }

  #call(action: Action): TemplateNode {
    const name = action.takeString('template clause')
    const pipe = action.isAtEnd() ? undefined : this.#pipe(action, 'template clause')
    action.expectEnd('template clause')
    return { kind: 'template', name, pipe, line: action.line }
  }

  #define(action: Action): void {
    const name = action.takeString('define clause')
    action.expectEnd('define clause')
    this.#body(name)
  }

  #block(action: Action): TemplateNode {
    const name = action.takeString('block clause')
    const pipe = this.#pipe(action, 'block clause')
    action.expectEnd('block clause')
    this.#body(name)
    return { kind: 'template', name, pipe, line: action.line }
  }

  #body(name: string): void {
    const outer = this.#variables
    const outerRange = this.#rangeDepth
    this.#variables = ['$']
    this.#rangeDepth = 0
    const body: TemplateNode[] = []
    const stop = this.#list(body)
    if (stop === undefined) this.#fail(this.#line(), 'unexpected EOF')
    if (stop.word === 'else') this.#fail(stop.line, `unexpected {{else}} in define clause`)
    this.#variables = outer
    this.#rangeDepth = outerRange
    const isEmpty = body.every((node) => node.kind === 'text' && node.text.trim() === '')
    if (!isEmpty || !this.#definitions.has(name)) this.#definitions.set(name, body)
  }

  #pipe(action: Action, context: string): Pipe {
    const { variables, isAssignment } = this.#declaration(action, context)
    const commands: Command[] = []
    for (;;) {
      action.skipSpace()
      if (action.isAtEnd() || action.isMark(')')) break
      commands.push(this.#command(action))
      action.skipSpace()
      if (!action.takeMark('|')) break
    }
    if (commands.length === 0) this.#fail(action.line, `missing value for ${context}`)
    commands.slice(1).forEach((command, i) => {
      const first = command.args[0]!
      if (
        first.kind === 'constant' ||
        first.kind === 'number' ||
        first.kind === 'nil' ||
        first.kind === 'dot'
      ) {
        this.#fail(action.line, `non executable command in pipeline stage ${i + 2}`)
      }
    })
    return { line: action.line, variables, isAssignment, commands }
  }

  #declaration(
    action: Action,
    context: string,
  ): { readonly variables: string[]; readonly isAssignment: boolean } {
    const start = action.mark()
    const variables: string[] = []
    for (;;) {
      action.skipSpace()
      const name = action.takeVariable()
      if (name === undefined) break
      variables.push(name)
      action.skipSpace()
      if (action.takeMark(':=')) {
        this.#variables.push(...variables)
        return { variables, isAssignment: false }
      }
      if (action.takeMark('=')) {
        for (const used of variables) this.#known(used, action.line)
        return { variables, isAssignment: true }
      }
      if (!(context === 'range' && variables.length === 1 && action.takeMark(','))) break
    }
    action.reset(start)
    return { variables: [], isAssignment: false }
  }

  #known(name: string, line: number): void {
    if (!this.#variables.includes(name))
      this.#fail(line, `undefined variable ${JSON.stringify(name)}`)
  }

  #command(action: Action): Command {
    const args: Operand[] = []
    const from = action.mark()
    for (;;) {
      action.skipSpace()
      if (action.isAtEnd() || action.isMark(')') || action.isMark('|')) break
      args.push(this.#operand(action))
      if (!action.isSpace()) break
    }
    if (!(action.isAtEnd() || action.isMark(')') || action.isMark('|') || action.isSpace())) {
      this.#fail(action.line, `unexpected ${action.show()} in operand`)
    }
    if (args.length === 0) this.#fail(action.line, 'empty command')
    return { args, text: action.textFrom(from) }
  }

  #operand(action: Action): Operand {
    const term = this.#term(action)
    const names = action.takeFields()
    if (names.length === 0) return term
    if (term.kind === 'field') return { kind: 'field', names: [...term.names, ...names] }
    if (term.kind === 'variable') return { ...term, names: [...term.names, ...names] }
    if (
      term.kind === 'constant' ||
      term.kind === 'number' ||
      term.kind === 'nil' ||
      term.kind === 'dot'
    ) {
      this.#fail(action.line, `unexpected . after term ${JSON.stringify(term.kind)}`)
    }
    return { kind: 'chain', of: term, names }
  }

  #term(action: Action): Operand {
    const token = action.next()
    switch (token.kind) {
      case 'word':
        return this.#word(token, action)
      case 'field':
        return token.text === '.'
          ? { kind: 'dot' }
          : { kind: 'field', names: [token.text.slice(1)] }
      case 'variable':
        this.#known(token.text, action.line)
        return { kind: 'variable', name: token.text, names: [] }
      case 'string':
        return { kind: 'constant', value: this.#unquote(token) }
      case 'char': {
        const value = BigInt(this.#unquote(token).codePointAt(0) ?? 0)
        return { kind: 'number', value, asFloat: Number(value) }
      }
      case 'number':
        return this.#number(token)
      case 'mark':
        if (token.text === '(') return this.#parenthesis(action)
        break
      case 'space':
      case 'end':
        break
      default:
        token.kind satisfies never
    }
    return this.#fail(token.line, `unexpected ${showToken(token)} in command`)
  }

  #word(token: Token, action: Action): Operand {
    const { text } = token
    if (text === 'true' || text === 'false') return { kind: 'constant', value: text === 'true' }
    if (text === 'nil') return { kind: 'nil' }
    if (KEYWORDS.has(text)) this.#fail(action.line, `unexpected <${text}> in command`)
    if (!this.#options.functions.has(text)) {
      this.#fail(token.line, `function ${JSON.stringify(text)} not defined`)
    }
    return { kind: 'function', name: text }
  }

  #parenthesis(action: Action): Operand {
    if (++this.#depth > DEPTH_MAX) this.#fail(action.line, 'parentheses are nested too deeply')
    const pipe = this.#pipe(action, 'parenthesized pipeline')
    if (!action.takeMark(')')) this.#fail(action.line, 'unclosed left paren')
    this.#depth--
    return { kind: 'pipe', pipe }
  }

  #unquote(token: Token): string {
    const { text } = token
    if (text.startsWith('`')) return text.slice(1, -1).replaceAll('\r', '')
    const value = unescape(text.slice(1, -1))
    return value ?? this.#fail(token.line, 'invalid syntax')
  }

  #number(token: Token): Operand {
    const text = token.text.replaceAll('_', '')
    const sign = text.startsWith('-') ? -1n : 1n
    const size = text.replace(/^[-+]/, '')
    const integer = /^0[0-7]+$/.test(size)
      ? `0o${size.slice(1)}`
      : /^(?:0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+|\d+)$/.test(size)
        ? size
        : undefined
    if (integer !== undefined) {
      const value = sign * BigInt(integer)
      return { kind: 'number', value, asFloat: Number(value) }
    }
    if (/^(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(size)) {
      const value = Number(sign) * Number(size)
      return { kind: 'number', value, asFloat: value }
    }
    return this.#fail(token.line, `bad number syntax: ${JSON.stringify(token.text)}`)
  }
}

const KEYWORD_LIST = [
  'if',
  'with',
  'range',
  'else',
  'end',
  'template',
  'define',
  'block',
  'break',
  'continue',
] as const
type Keyword = (typeof KEYWORD_LIST)[number]
const KEYWORDS: ReadonlySet<string> = new Set(KEYWORD_LIST)

/** The tokens of one action, with a finger on the next. */
class Action {
  readonly line: number
  readonly #tokens: readonly Token[]
  readonly #fail: (line: number, what: string) => never
  #at = 0

  constructor(tokens: Token[], line: number, fail: (line: number, what: string) => never) {
    this.#tokens = tokens
    this.line = line
    this.#fail = fail
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '', line: this.line }
  }

  next(): Token {
    const token = this.#peek()
    this.#at++
    return token
  }

  mark(): number {
    return this.#at
  }

  reset(mark: number): void {
    this.#at = mark
  }

  textFrom(mark: number): string {
    const text = this.#tokens.slice(mark, this.#at).map((token) => token.text)
    return text.join('').trim()
  }

  isSpace(): boolean {
    return this.#peek().kind === 'space'
  }

  skipSpace(): void {
    while (this.isSpace()) this.#at++
  }

  isAtEnd(): boolean {
    this.skipSpace()
    return this.#peek().kind === 'end'
  }

  isMark(text: string): boolean {
    const token = this.#peek()
    return token.kind === 'mark' && token.text === text
  }

  takeMark(text: string): boolean {
    if (!this.isMark(text)) return false
    this.#at++
    return true
  }

  show(): string {
    return showToken(this.#peek())
  }

  expectEnd(context: string): void {
    if (!this.isAtEnd()) this.#fail(this.line, `unexpected ${this.show()} in ${context}`)
  }

  takeKeyword(): Keyword | undefined {
    this.skipSpace()
    const token = this.#peek()
    const word = KEYWORD_LIST.find((known) => token.kind === 'word' && known === token.text)
    if (word !== undefined) this.#at++
    return word
  }

  /** `{{else if …}}` within an if, `{{else with …}}` within a with. */
  takeElse(kind: 'if' | 'with'): 'if' | 'with' | undefined {
    this.skipSpace()
    const token = this.#peek()
    if (token.kind !== 'word' || token.text !== kind) return undefined
    this.#at++
    return kind
  }

  takeVariable(): string | undefined {
    const token = this.#peek()
    if (token.kind !== 'variable') return undefined
    this.#at++
    return token.text
  }

  takeString(context: string): string {
    this.skipSpace()
    const token = this.next()
    if (token.kind !== 'string') {
      this.#fail(this.line, `unexpected ${showToken(token)} in ${context}`)
    }
    const inside = token.text.slice(1, -1)
    return token.text.startsWith('`') ? inside : (unescape(inside) ?? inside)
  }

  /** Fields that follow without a blank: `.A.B` after a variable or a closing parenthesis. */
  takeFields(): string[] {
    const names: string[] = []
    for (;;) {
      const token = this.#peek()
      if (token.kind !== 'field' || token.text === '.') return names
      names.push(token.text.slice(1))
      this.#at++
    }
  }
}

function showToken(token: Token): string {
  if (token.kind === 'end') return '"}}"'
  return KEYWORDS.has(token.text) ? `<${token.text}>` : JSON.stringify(token.text)
}
