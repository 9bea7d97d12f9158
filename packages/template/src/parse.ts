import { unescape } from './go-quote.ts'
import { type Keyword, type Token, tokensOf } from './lex.ts'
import type {
  BranchNode,
  Command,
  NumberOperand,
  Operand,
  Pipe,
  TemplateBody,
  TemplateNode,
  TemplateSource,
} from './nodes.ts'
import { readNumber } from './number-literal.ts'

/**
 * Go's text/template language: a recursive descent over the tokens that builds the nodes. What Go
 * refuses when it parses is refused here, in its words: unknown functions and variables, blocks left
 * open, a value where a command must be.
 *
 * @see go:src/text/template/parse/parse.go
 */
export interface TemplateTree {
  /** The text outside of all definitions. */
  readonly main: TemplateBody
  readonly definitions: ReadonlyMap<string, TemplateBody>
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

/** Blocks and parentheses within each other. */
const DEPTH_MAX = 200

type Stop = { readonly word: 'end' | 'else' }

class Parser {
  readonly #options: ParseOptions
  readonly #source: TemplateSource
  readonly #tokens: readonly Token[]
  readonly #definitions = new Map<string, TemplateBody>()
  #variables: string[]
  #at = 0
  #rangeDepth = 0
  #depth = 0
  #actionLine = 0

  constructor(text: string, options: ParseOptions) {
    this.#options = options
    this.#source = { name: options.name, text }
    this.#variables = ['$', ...(options.variables ?? [])]
    this.#tokens = tokensOf(text)
  }

  parse(): TemplateTree {
    const nodes: TemplateNode[] = []
    while (this.#peek().kind !== 'eof') {
      const node = this.#node(true)
      if (node === undefined) continue
      if ('word' in node) this.#fail(`unexpected {{${node.word}}}`)
      nodes.push(node)
    }
    const main = { name: this.#options.name, source: this.#source, nodes }
    return { main, definitions: this.#definitions }
  }

  #fail(what: string): never {
    const { line } = this.#tokens[Math.max(this.#at - 1, 0)]!
    throw new TemplateSyntaxError(`template: ${this.#options.name}:${line}: ${what}`)
  }

  #unexpected(token: Token, context: string): never {
    if (token.kind !== 'error') this.#fail(`unexpected ${show(token)} in ${context}`)
    const from = this.#actionLine
    if (from === 0 || from === token.line) this.#fail(token.text)
    const action = token.text.endsWith(' action') ? '' : ' in action'
    this.#fail(`${token.text}${action} started at ${this.#options.name}:${from}`)
  }

  #peek(): Token {
    return this.#tokens[Math.min(this.#at, this.#tokens.length - 1)]!
  }

  #next(): Token {
    const token = this.#peek()
    this.#at++
    return token
  }

  #skipSpace(): Token {
    while (this.#peek().kind === 'space') this.#at++
    return this.#peek()
  }

  #nextNonSpace(): Token {
    this.#skipSpace()
    return this.#next()
  }

  #expectClose(context: string): void {
    const token = this.#nextNonSpace()
    if (token.kind !== 'close') this.#unexpected(token, context)
  }

  #takeKeyword(word: Keyword): boolean {
    const token = this.#skipSpace()
    if (token.kind !== 'keyword' || token.text !== word) return false
    this.#at++
    return true
  }

  /** One more level of what can stand within itself. */
  #deeper<T>(read: () => T): T {
    if (++this.#depth > DEPTH_MAX) this.#fail('max expression depth exceeded')
    const result = read()
    this.#depth--
    return result
  }

  /** Nodes until `{{end}}` or `{{else}}`. */
  #list(into: TemplateNode[]): Stop {
    return this.#deeper(() => {
      while (this.#peek().kind !== 'eof') {
        const node = this.#node(false)
        if (node === undefined) continue
        if ('word' in node) return node
        into.push(node)
      }
      this.#at++
      return this.#fail('unexpected EOF')
    })
  }

  /** Undefined for a definition, which leaves nothing where it stands. */
  #node(isTop: boolean): TemplateNode | Stop | undefined {
    const token = this.#next()
    if (token.kind === 'text') return { kind: 'text', text: token.text }
    if (token.kind !== 'open') return this.#unexpected(token, 'input')
    if (isTop && this.#takeKeyword('define')) {
      this.#define()
      return undefined
    }
    this.#actionLine = token.line
    const node = this.#action()
    this.#actionLine = 0
    return node
  }

  #action(): TemplateNode | Stop {
    const first = this.#skipSpace()
    if (first.kind !== 'keyword') {
      return { kind: 'action', at: first.at, pipe: this.#pipe('command', 'close') }
    }
    this.#at++
    const word = first.text as Keyword
    switch (word) {
      case 'if':
      case 'with':
      case 'range':
        return this.#branch(word)
      case 'template':
        return this.#call()
      case 'block':
        return this.#block()
      case 'break':
      case 'continue':
        this.#expectClose(`{{${word}}}`)
        if (this.#rangeDepth === 0) this.#fail(`{{${word}}} outside {{range}}`)
        return { kind: word }
      case 'end':
        this.#expectClose('end')
        return { word }
      case 'else': {
        const next = this.#skipSpace()
        const goesOn = next.kind === 'keyword' && (next.text === 'if' || next.text === 'with')
        if (!goesOn) this.#expectClose('else')
        return { word }
      }
      case 'define':
        return this.#unexpected(first, 'command')
      default:
        return word satisfies never
    }
  }

  #branch(kind: BranchNode['kind']): BranchNode {
    const known = this.#variables.length
    const pipe = this.#pipe(kind, 'close')
    const body: TemplateNode[] = []
    const otherwise: TemplateNode[] = []
    if (kind === 'range') this.#rangeDepth++
    const stop = this.#list(body)
    if (kind === 'range') this.#rangeDepth--
    if (stop.word === 'else') {
      if (kind !== 'range' && this.#takeKeyword(kind)) {
        otherwise.push(this.#deeper(() => this.#branch(kind))) // its {{end}} is ours too
      } else {
        const last = this.#list(otherwise)
        if (last.word !== 'end') this.#fail(`expected end; found {{${last.word}}}`)
      }
    }
    this.#variables.length = known
    return { kind, at: pipe.at, pipe, body, otherwise }
  }

  #templateName(context: string): { readonly name: string; readonly at: number } {
    const token = this.#nextNonSpace()
    if (token.kind !== 'string') this.#unexpected(token, context)
    return { name: this.#unquote(token), at: token.at }
  }

  #call(): TemplateNode {
    const { name, at } = this.#templateName('template clause')
    if (this.#skipSpace().kind === 'close') {
      this.#at++
      return { kind: 'template', at, name, pipe: undefined }
    }
    return { kind: 'template', at, name, pipe: this.#pipe('template clause', 'close') }
  }

  #define(): void {
    const { name } = this.#templateName('define clause')
    this.#expectClose('define clause')
    this.#body(name, 'define clause')
  }

  #block(): TemplateNode {
    const { name, at } = this.#templateName('block clause')
    const pipe = this.#pipe('block clause', 'close')
    this.#body(name, 'block clause')
    return { kind: 'template', at, name, pipe }
  }

  #body(name: string, context: string): void {
    const outer = { variables: this.#variables, rangeDepth: this.#rangeDepth }
    this.#variables = ['$']
    this.#rangeDepth = 0
    const nodes: TemplateNode[] = []
    const stop = this.#list(nodes)
    if (stop.word !== 'end') this.#fail(`unexpected {{${stop.word}}} in ${context}`)
    this.#variables = outer.variables
    this.#rangeDepth = outer.rangeDepth
    const known = this.#definitions.get(name)
    if (known === undefined || isEmpty(known.nodes)) {
      this.#definitions.set(name, { name, source: this.#source, nodes })
    } else if (!isEmpty(nodes)) {
      this.#fail(`template: multiple definition of template ${JSON.stringify(name)}`)
    }
  }

  #pipe(context: string, end: 'close' | ')'): Pipe {
    const { at } = this.#skipSpace()
    const { variables, isAssignment } = this.#declaration(context)
    const commands: Command[] = []
    for (;;) {
      const token = this.#skipSpace()
      if (token.kind === end) {
        this.#at++
        break
      }
      if (!BEGINS_OPERAND.has(token.kind)) {
        this.#at++
        this.#unexpected(token, context)
      }
      commands.push(this.#command())
    }
    if (commands.length === 0) this.#fail(`missing value for ${context}`)
    commands.slice(1).forEach(({ args: [first] }, i) => {
      if (LITERALS.has(first!.kind)) this.#fail(`non executable command in pipeline stage ${i + 2}`)
    })
    return { kind: 'pipe', at, variables, isAssignment, commands }
  }

  #declaration(context: string): {
    readonly variables: string[]
    readonly isAssignment: boolean
  } {
    const start = this.#at
    const variables: string[] = []
    let isAssignment = false
    for (;;) {
      const variable = this.#skipSpace()
      if (variable.kind !== 'variable') break
      this.#at++
      const next = this.#skipSpace()
      if (next.kind === 'assign' || next.kind === 'declare') {
        isAssignment = next.kind === 'assign'
        this.#at++
        variables.push(variable.text)
        this.#variables.push(variable.text)
        return { variables, isAssignment }
      }
      if (next.kind !== 'char' || next.text !== ',') break
      this.#at++
      variables.push(variable.text)
      this.#variables.push(variable.text)
      if (context !== 'range' || variables.length > 1) {
        this.#fail(`too many declarations in ${context}`)
      }
      const { kind } = this.#skipSpace()
      if (kind !== 'variable' && kind !== 'close' && kind !== ')') {
        this.#fail('range can only initialize variables')
      }
    }
    if (variables.length === 0) this.#at = start
    return { variables, isAssignment }
  }

  #command(): Command {
    const { at } = this.#peek()
    const args: Operand[] = []
    for (;;) {
      this.#skipSpace()
      const operand = this.#operand()
      if (operand !== undefined) args.push(operand)
      const token = this.#next()
      if (token.kind === 'space') continue
      if (token.kind === 'close' || token.kind === ')') this.#at--
      else if (token.kind !== 'pipe') this.#unexpected(token, 'operand')
      break
    }
    if (args.length === 0) this.#fail('empty command')
    return { kind: 'command', at, args }
  }

  #operand(): Operand | undefined {
    const term = this.#term()
    const { kind, at } = this.#peek()
    if (term === undefined || kind !== 'field') return term
    const names: string[] = []
    while (this.#peek().kind === 'field') names.push(this.#next().text.slice(1))
    switch (term.kind) {
      case 'field':
        return { kind: 'field', at, names: [...term.names, ...names] }
      case 'variable':
        return { ...term, at, names: [...term.names, ...names] }
      case 'bool':
      case 'string':
      case 'number':
      case 'nil':
      case 'dot':
        return this.#fail(`unexpected . after term ${JSON.stringify(shownTerm(term))}`)
      case 'chain':
      case 'function':
      case 'pipe':
        return { kind: 'chain', at, of: term, names }
      default:
        return term satisfies never
    }
  }

  /** Undefined where no operand begins. */
  #term(): Operand | undefined {
    const token = this.#next()
    const { at, text } = token
    switch (token.kind) {
      case 'word':
        if (text === 'true' || text === 'false') return { kind: 'bool', at, value: text === 'true' }
        if (text === 'nil') return { kind: 'nil', at }
        if (!this.#options.functions.has(text)) {
          this.#fail(`function ${JSON.stringify(text)} not defined`)
        }
        return { kind: 'function', at, name: text }
      case 'dot':
        return { kind: 'dot', at }
      case 'variable':
        if (!this.#variables.includes(text)) {
          this.#fail(`undefined variable ${JSON.stringify(text)}`)
        }
        return { kind: 'variable', at, name: text, names: [] }
      case 'field':
        return { kind: 'field', at, names: [text.slice(1)] }
      case 'number':
      case 'char-constant':
        return this.#number(token)
      case 'string':
        return { kind: 'string', at, value: this.#unquote(token), shown: text }
      case '(':
        return this.#deeper(() => this.#pipe('parenthesized pipeline', ')'))
      default:
        this.#at--
        return undefined
    }
  }

  #unquote(token: Token): string {
    const { text } = token
    if (text.startsWith('`')) return text.slice(1, -1).replaceAll('\r', '')
    return unescape(text.slice(1, -1)) ?? this.#fail('invalid syntax')
  }

  #number({ text, at, kind }: Token): NumberOperand {
    const number = readNumber(text, kind === 'char-constant')
    if (typeof number === 'string') this.#fail(number)
    return { kind: 'number', at, shown: text, ...number }
  }
}

const BEGINS_OPERAND: ReadonlySet<Token['kind']> = new Set([
  'word',
  'dot',
  'variable',
  'field',
  'number',
  'char-constant',
  'string',
  '(',
] as const)

const LITERALS: ReadonlySet<Operand['kind']> = new Set([
  'bool',
  'dot',
  'nil',
  'number',
  'string',
] as const)

function isEmpty(nodes: readonly TemplateNode[]): boolean {
  return nodes.every((node) => node.kind === 'text' && node.text.trim() === '')
}

function shownTerm(term: Operand): string {
  if (term.kind === 'string' || term.kind === 'number') return term.shown
  return term.kind === 'bool' ? String(term.value) : term.kind === 'dot' ? '.' : 'nil'
}

function show(token: Token): string {
  if (token.kind === 'eof') return 'EOF'
  if (token.kind === 'keyword' || token.kind === 'dot') return `<${token.text}>`
  const short = token.text.length > 10 ? `${JSON.stringify(token.text.slice(0, 10))}...` : undefined
  return short ?? JSON.stringify(token.text)
}
