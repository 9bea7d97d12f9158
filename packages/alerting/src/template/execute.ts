import {
  type GoFunction,
  GoList,
  GoObject,
  type ParamType,
  SafeText,
  StringMap,
  TemplateFailure,
  isGoFunction,
  isTrue,
  typeName,
} from './go-value.ts'
import { GoDuration, GoTime } from './go-time.ts'
import { goJson } from './go-json.ts'
import { escapeHtml, queryEscape } from './builtins.ts'
import { goPrint, printValue } from './go-printf.ts'
import { HtmlFailure } from './html/html-failure.ts'
import { HtmlWriter } from './html/writer.ts'
import type { BranchNode, Command, Operand, Pipe, TemplateNode } from './parse.ts'

/** What a template may do before it is stopped: a template is data from a file, not a program. */
export const TEMPLATE_LIMITS = {
  steps: 200_000, // nodes, commands and turns of a range
  outputChars: 1_048_576,
  depth: 100, // templates that call templates
} as const

export interface TemplateSet {
  readonly name: string
  readonly functions: ReadonlyMap<string, GoFunction>
  readonly definitions: ReadonlyMap<string, readonly TemplateNode[]>
  /** Writes HTML: every value is escaped for the place where it lands, as html/template does. */
  readonly isHtml?: boolean
}

/**
 * Runs a template over `dot`, as Go's text/template does with `missingkey=zero`.
 *
 * @throws {TemplateFailure} with what Go would have said, as far as people need it
 */
export function executeTemplate(
  set: TemplateSet,
  nodes: readonly TemplateNode[],
  dot: unknown,
): string {
  const run = new Run(set)
  run.execute(nodes, dot)
  return run.end()
}

type Flow = 'on' | 'break' | 'continue'
type Variable = { readonly name: string; value: unknown }

/** Stands for "no value was piped in", which is not the same as nil. */
const NOTHING: unique symbol = Symbol('nothing')

class Run {
  readonly #set: TemplateSet
  readonly #parts: string[] = []
  readonly #html: HtmlWriter | undefined
  #outputChars = 0
  #steps = 0
  #depth = 0
  #variables: Variable[] = []

  constructor(set: TemplateSet) {
    this.#set = set
    if (set.isHtml === true) this.#html = new HtmlWriter()
  }

  end(): string {
    this.#asHtml((html) => html.end())
    return this.#parts.join('')
  }

  #asHtml<T>(act: (html: HtmlWriter) => T): T | undefined {
    if (this.#html === undefined) return undefined
    try {
      return act(this.#html)
    } catch (cause) {
      if (!(cause instanceof HtmlFailure)) throw cause
      throw new TemplateFailure(`html/template: ${this.#set.name}: ${cause.message}`)
    }
  }

  execute(nodes: readonly TemplateNode[], dot: unknown): void {
    const outer = this.#variables
    this.#variables = [{ name: '$', value: dot }]
    this.#walk(nodes, dot)
    this.#variables = outer
  }

  #step(): void {
    if (++this.#steps > TEMPLATE_LIMITS.steps) {
      throw this.#failure(`more than ${TEMPLATE_LIMITS.steps} steps`)
    }
  }

  #write(text: string): void {
    this.#outputChars += text.length
    if (this.#outputChars > TEMPLATE_LIMITS.outputChars) {
      throw this.#failure(`more than ${TEMPLATE_LIMITS.outputChars} characters of output`)
    }
    this.#parts.push(text)
  }

  #failure(what: string, line?: number): TemplateFailure {
    const where = line === undefined ? this.#set.name : `${this.#set.name}:${line}`
    return new TemplateFailure(`template: ${where}: ${what}`)
  }

  #walk(nodes: readonly TemplateNode[], dot: unknown): Flow {
    for (const node of nodes) {
      this.#step()
      const flow = this.#node(node, dot)
      if (flow !== 'on') return flow
    }
    return 'on'
  }

  #node(node: TemplateNode, dot: unknown): Flow {
    switch (node.kind) {
      case 'text':
        this.#write(this.#asHtml((html) => html.text(node.text)) ?? node.text)
        return 'on'
      case 'action':
        this.#action(node.pipe, dot)
        return 'on'
      case 'if':
      case 'with':
      case 'range':
        return this.#branch(node, dot)
      case 'template':
        this.#template(node, dot)
        return 'on'
      case 'break':
      case 'continue':
        return node.kind
      default:
        return node satisfies never
    }
  }

  #action(pipe: Pipe, dot: unknown): void {
    if (pipe.variables.length > 0) this.#pipe(pipe, dot)
    else if (this.#html === undefined) this.#print(this.#pipe(pipe, dot))
    else this.#printHtml(pipe, dot)
  }

  #print(value: unknown): void {
    if (isGoFunction(value)) throw this.#failure("can't print a function")
    this.#write(value === null || value === undefined ? '<no value>' : printValue(value))
  }

  /**
   * A pipeline may end in `html` or `urlquery`, which then stand in for our own escaping of that
   * sort instead of coming on top of it. Earlier in a pipeline they would be undone by what follows.
   */
  #printHtml(pipe: Pipe, dot: unknown): void {
    const { commands } = pipe
    const escapers = commands.map(({ args: [head] }) =>
      head?.kind === 'function' && (head.name === 'html' || head.name === 'urlquery')
        ? head.name
        : undefined,
    )
    const early = escapers.slice(0, -1).find((name) => name !== undefined)
    if (early !== undefined) {
      throw this.#failure(`predefined escaper ${JSON.stringify(early)} disallowed in template`)
    }
    const last = escapers.at(-1)
    if (last === undefined) {
      this.#writeHtml(this.#pipe(pipe, dot))
      return
    }
    const args = commands
      .at(-1)!
      .args.slice(1)
      .map((arg) => this.#operand(arg, dot, pipe.line))
    const before = { ...pipe, commands: commands.slice(0, -1) }
    if (before.commands.length > 0) args.push(this.#pipe(before, dot))
    this.#writeHtml(args.length === 1 ? args[0] : goPrint(args), last)
  }

  #writeHtml(value: unknown, escaper?: 'html' | 'urlquery'): void {
    if (isGoFunction(value)) throw this.#failure("can't print a function")
    const text = value === null || value === undefined ? '' : printValue(value)
    const kind = value instanceof SafeText ? value.kind : 'plain'
    const escape = escaper === 'html' ? escapeHtml : queryEscape
    const escapedBy = escaper === undefined ? {} : { escapedBy: { name: escaper, escape } }
    const content = { text, kind, json: () => goJson(value), ...escapedBy } as const
    this.#write(this.#asHtml((html) => html.value(content)) ?? '')
  }

  #template(node: Extract<TemplateNode, { kind: 'template' }>, dot: unknown): void {
    const body = this.#set.definitions.get(node.name)
    if (body === undefined) {
      throw this.#failure(`template ${JSON.stringify(node.name)} not defined`, node.line)
    }
    if (++this.#depth > TEMPLATE_LIMITS.depth) {
      throw this.#failure('exceeded maximum template depth', node.line)
    }
    this.execute(body, node.pipe === undefined ? null : this.#pipe(node.pipe, dot))
    this.#depth--
  }

  #branch(node: BranchNode, dot: unknown): Flow {
    const known = this.#variables.length
    const flow = node.kind === 'range' ? this.#range(node, dot) : this.#choose(node, dot)
    this.#variables.length = known
    return flow
  }

  #choose(node: BranchNode, dot: unknown): Flow {
    const value = this.#pipe(node.pipe, dot)
    if (!isTrue(value)) return this.#walk(node.otherwise, dot)
    return this.#walk(node.body, node.kind === 'with' ? value : dot)
  }

  #range(node: BranchNode, dot: unknown): Flow {
    const value = this.#pipe(node.pipe, dot)
    const turns = this.#turns(value, node.pipe.line)
    const known = this.#variables.length
    let isEmpty = true
    for (const [index, item] of turns) {
      isEmpty = false
      this.#step()
      this.#setRangeVariables(node.pipe, index, item)
      const flow = this.#walk(node.body, item)
      this.#variables.length = known
      if (flow === 'break') break
    }
    return isEmpty ? this.#walk(node.otherwise, dot) : 'on'
  }

  #setRangeVariables(pipe: Pipe, index: unknown, item: unknown): void {
    const [first, second] = pipe.variables
    const values = second === undefined ? [item] : [index, item]
    ;[first, second].forEach((name, i) => {
      if (name === undefined) return
      if (pipe.isAssignment) this.#assign(name, values[i])
      else this.#variables.push({ name, value: values[i] })
    })
  }

  *#turns(value: unknown, line: number): Iterable<readonly [unknown, unknown]> {
    if (value === null || value === undefined) return
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) yield [BigInt(i), value[i]]
    } else if (typeof value === 'bigint') {
      for (let i = 0n; i < value; i++) yield [i, i]
    } else if (value instanceof StringMap) {
      yield* value.entries
    } else if (value instanceof Map) {
      yield* [...value].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
    } else {
      throw this.#failure(`range can't iterate over ${printValue(value)}`, line)
    }
  }

  #assign(name: string, value: unknown): void {
    const variable = this.#variables.findLast((known) => known.name === name)
    if (variable === undefined) throw this.#failure(`undefined variable: ${name}`)
    variable.value = value
  }

  #lookup(name: string): unknown {
    const variable = this.#variables.findLast((known) => known.name === name)
    if (variable === undefined) throw this.#failure(`undefined variable: ${name}`)
    return variable.value
  }

  #pipe(pipe: Pipe, dot: unknown): unknown {
    let value: unknown = NOTHING
    for (const command of pipe.commands) {
      this.#step()
      value = this.#command(command, pipe.line, dot, value)
    }
    if (value === NOTHING) value = null
    const [name] = pipe.variables
    if (name !== undefined && pipe.variables.length === 1) {
      if (pipe.isAssignment) this.#assign(name, value)
      else this.#variables.push({ name, value })
    }
    return value
  }

  #command(command: Command, line: number, dot: unknown, piped: unknown): unknown {
    const [first, ...rest] = command.args
    const head = first!
    const call = { args: rest, line, dot, piped }
    switch (head.kind) {
      case 'field':
        return this.#fields(dot, head.names, call)
      case 'variable':
        return head.names.length === 0
          ? this.#plain(this.#lookup(head.name), head, call)
          : this.#fields(this.#lookup(head.name), head.names, call)
      case 'chain':
        return this.#fields(this.#operand(head.of, dot, line), head.names, call)
      case 'function': {
        const fn = this.#set.functions.get(head.name)
        if (fn === undefined) throw this.#failure(`${head.name} is not a defined function`, line)
        return this.#call(head.name, fn, call)
      }
      case 'pipe':
        return this.#plain(this.#pipe(head.pipe, dot), head, call)
      case 'nil':
        throw this.#failure('nil is not a command', line)
      case 'dot':
      case 'constant':
      case 'number':
        return this.#plain(this.#operand(head, dot, line), head, call)
      default:
        return head satisfies never
    }
  }

  #plain(value: unknown, head: Operand, call: Call): unknown {
    if (call.args.length > 0 || call.piped !== NOTHING) {
      throw this.#failure(`can't give argument to non-function ${describe(head)}`, call.line)
    }
    return value
  }

  /** Follows `.A.B.C`; the arguments of the command belong to the last one. */
  #fields(from: unknown, names: readonly string[], call: Call): unknown {
    let value = from
    names.forEach((name, i) => {
      const isLast = i === names.length - 1
      value = this.#field(value, name, isLast ? call : { ...call, args: [], piped: NOTHING })
    })
    return value
  }

  #field(value: unknown, name: string, call: Call): unknown {
    const member = this.#member(value, name, call.line)
    if (isGoFunction(member)) return this.#call(name, member, call)
    if (call.args.length > 0 || call.piped !== NOTHING) {
      throw this.#failure(`${name} has arguments but cannot be invoked as function`, call.line)
    }
    return member
  }

  #member(value: unknown, name: string, line: number): unknown {
    if (value instanceof GoObject) {
      const member = value.member(name)
      if (member !== undefined) return member
    } else if (value instanceof GoList && value.methods[name] !== undefined) {
      return value.methods[name]()
    } else if (value instanceof Map) {
      return (value as ReadonlyMap<unknown, unknown>).get(name) ?? null
    } else if (value === null || value === undefined) {
      throw this.#failure(`nil pointer evaluating interface {}.${name}`, line)
    }
    throw this.#failure(`can't evaluate field ${name} in type ${typeName(value)}`, line)
  }

  #call(name: string, fn: GoFunction, call: Call): unknown {
    if (name === 'and' || name === 'or') return this.#shortCircuit(name, call)
    const pipedCount = call.piped === NOTHING ? 0 : 1
    const given = call.args.length + pipedCount
    const fixed = fn.isVariadic ? fn.params.length - 1 : fn.params.length
    if (fn.isVariadic ? given < fixed : given !== fixed) {
      const want = fn.isVariadic ? `at least ${fixed}` : `${fixed}`
      throw this.#failure(`wrong number of args for ${name}: want ${want} got ${given}`, call.line)
    }
    const type = (i: number): ParamType => fn.params[Math.min(i, fn.params.length - 1)] ?? 'any'
    const args = call.args.map((arg, i) => this.#argument(arg, type(i), name, call))
    if (pipedCount === 1) args.push(this.#check(call.piped, type(args.length), name, call.line))
    try {
      return fn.call(args)
    } catch (cause) {
      if (!(cause instanceof TemplateFailure) || cause.message.startsWith('template: ')) throw cause
      throw this.#failure(`error calling ${name}: ${cause.message}`, call.line)
    }
  }

  #shortCircuit(name: 'and' | 'or', call: Call): unknown {
    if (call.args.length === 0 && call.piped === NOTHING) {
      throw this.#failure(`wrong number of args for ${name}: want at least 1 got 0`, call.line)
    }
    let value: unknown
    for (const arg of call.args) {
      value = this.#operand(arg, call.dot, call.line)
      if (isTrue(value) === (name === 'or')) return value
    }
    return call.piped === NOTHING ? value : call.piped
  }

  #argument(arg: Operand, type: ParamType, name: string, call: Call): unknown {
    if (arg.kind === 'number' && type === 'float') return arg.asFloat
    if (arg.kind === 'number' && type === 'int' && Number.isInteger(arg.asFloat)) {
      return BigInt(arg.value)
    }
    return this.#check(this.#operand(arg, call.dot, call.line), type, name, call.line)
  }

  #check(value: unknown, type: ParamType, name: string, line: number): unknown {
    if (FITS[type](value)) return value
    throw this.#failure(
      `wrong type for value of ${name}; expected ${type}; got ${typeName(value)}`,
      line,
    )
  }

  #operand(operand: Operand, dot: unknown, line: number): unknown {
    switch (operand.kind) {
      case 'dot':
        return dot
      case 'nil':
        return null
      case 'constant':
      case 'number':
        return operand.value
      case 'field':
      case 'variable':
      case 'chain':
      case 'function':
        return this.#command({ args: [operand], text: '' }, line, dot, NOTHING)
      case 'pipe':
        return this.#pipe(operand.pipe, dot)
      default:
        return operand satisfies never
    }
  }
}

interface Call {
  readonly args: readonly Operand[]
  readonly line: number
  readonly dot: unknown
  readonly piped: unknown
}

const FITS: Readonly<Record<ParamType, (value: unknown) => boolean>> = {
  any: () => true,
  string: (value) => typeof value === 'string',
  int: (value) => typeof value === 'bigint',
  float: (value) => typeof value === 'number',
  bool: (value) => typeof value === 'boolean',
  list: (value) => Array.isArray(value),
  strings: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  time: (value) => value instanceof GoTime,
  duration: (value) => value instanceof GoDuration,
}

function describe(operand: Operand): string {
  switch (operand.kind) {
    case 'constant':
      return JSON.stringify(operand.value)
    case 'number':
      return String(operand.value)
    case 'variable':
      return operand.name
    case 'dot':
      return '.'
    default:
      return operand.kind
  }
}
