import { type Argument, EXPECTED, argumentFits } from './arguments.ts'
import { escapeHtml, isNil, queryEscape } from './builtins.ts'
import { GoDuration } from './go-duration.ts'
import { goJson } from './go-json.ts'
import { goPrint, printValue } from './go-printf.ts'
import {
  GoComplex,
  type GoFunction,
  GoList,
  GoObject,
  type ParamType,
  SafeText,
  StringMap,
  TemplateFailure,
  integerOf,
  isGoFunction,
  isTrue,
  typeName,
} from './go-value.ts'
import { HtmlFailure } from './html/html-failure.ts'
import { HtmlWriter } from './html/writer.ts'
import {
  type BranchNode,
  type Command,
  type NumberOperand,
  type Operand,
  type Pipe,
  type Place,
  type TemplateBody,
  type TemplateNode,
  placeOf,
  showNode,
} from './nodes.ts'

/** What a template may do before it is stopped: a template is data from a file, not a program. */
export const TEMPLATE_LIMITS = {
  steps: 200_000, // nodes, commands and turns of a range
  outputChars: 1_048_576, // also of any one value on the way (budget.ts)
  depth: 100, // templates that call templates
} as const

const CHARS_A_STEP = 64

export interface TemplateSet {
  readonly functions: Pick<ReadonlyMap<string, GoFunction>, 'get'>
  readonly definitions: ReadonlyMap<string, TemplateBody>
  /** Writes HTML: every value is escaped for the place where it lands, as html/template does. */
  readonly isHtml?: boolean
  /** Characters in front of a text that the user did not write: columns are counted without them. */
  readonly preambleChars?: number
}

/**
 * Runs a template over `dot`, as Go's text/template does with `missingkey=zero`.
 *
 * @throws {TemplateFailure} worded as Go's: `template: NAME:LINE:COLUMN: executing …`
 */
export function executeTemplate(set: TemplateSet, body: TemplateBody, dot: unknown): string {
  const run = new Run(set, body)
  run.execute(body, dot)
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
  #body: TemplateBody
  /** What is being looked at: errors point there. */
  #place: Place | undefined
  #outputChars = 0
  #steps = 0
  #depth = 0
  #variables: Variable[] = []

  constructor(set: TemplateSet, body: TemplateBody) {
    this.#set = set
    this.#body = body
    if (set.isHtml === true) this.#html = new HtmlWriter()
  }

  end(): string {
    this.#asHtml((html) => html.end())
    return this.#parts.join('')
  }

  execute(body: TemplateBody, dot: unknown): void {
    const outer = { variables: this.#variables, body: this.#body }
    this.#variables = [{ name: '$', value: dot }]
    this.#body = body
    this.#walk(body.nodes, dot)
    this.#variables = outer.variables
    this.#body = outer.body
  }

  #asHtml<T>(act: (html: HtmlWriter) => T): T | undefined {
    if (this.#html === undefined) return undefined
    try {
      return act(this.#html)
    } catch (cause) {
      if (!(cause instanceof HtmlFailure)) throw cause
      throw new TemplateFailure(`html/template:${this.#body.name}: ${cause.message}`, true)
    }
  }

  #step(): void {
    if (++this.#steps > TEMPLATE_LIMITS.steps) {
      throw this.#failure(`more than ${TEMPLATE_LIMITS.steps} steps`)
    }
  }

  /** Long texts cost more than a step each time they are worked on. */
  #work(value: unknown): void {
    if (typeof value !== 'string') return
    this.#steps += Math.floor(value.length / CHARS_A_STEP)
    this.#step()
  }

  #write(text: string): void {
    this.#outputChars += text.length
    if (this.#outputChars > TEMPLATE_LIMITS.outputChars) {
      throw this.#failure(`more than ${TEMPLATE_LIMITS.outputChars} characters of output`)
    }
    this.#parts.push(text)
  }

  #failure(what: string): TemplateFailure {
    const { name, source } = this.#body
    const place = this.#place
    if (place === undefined || !('at' in place)) {
      return new TemplateFailure(`template: ${source.name}: ${what}`, true)
    }
    const skipped = this.#set.preambleChars ?? 0
    const own = { name: source.name, text: source.text.slice(skipped) }
    const where = placeOf(own, place.at - skipped)
    const quoted = JSON.stringify(name)
    return new TemplateFailure(
      `template: ${where}: executing ${quoted} at <${showNode(place)}>: ${what}`,
      true,
    )
  }

  #walk(nodes: readonly TemplateNode[], dot: unknown): Flow {
    for (const node of nodes) {
      this.#step()
      this.#place = node
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
        if (node.pipe.variables.length > 0) this.#pipe(node.pipe, dot)
        else if (this.#html !== undefined) this.#printHtml(node.pipe, dot)
        else this.#print(this.#pipe(node.pipe, dot), node)
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

  #print(value: unknown, node: Place): void {
    this.#place = node
    this.#mustPrint(value, node)
    this.#write(isNil(value) ? '<no value>' : printValue(value))
  }

  #mustPrint(value: unknown, node: Place): void {
    if (isGoFunction(value)) throw this.#failure(`can't print ${showNode(node)} of type func`)
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
      const where = placeOf(this.#body.source, pipe.at)
      const what = `predefined escaper ${JSON.stringify(early)} disallowed in template`
      throw new TemplateFailure(`html/template:${where}: ${what}`, true)
    }
    const last = escapers.at(-1)
    if (last === undefined) {
      this.#writeHtml(this.#pipe(pipe, dot), pipe)
      return
    }
    const args = commands
      .at(-1)!
      .args.slice(1)
      .map((arg) => this.#argument(arg, 'any', dot))
    const before = { ...pipe, commands: commands.slice(0, -1) }
    if (before.commands.length > 0) args.push(this.#pipe(before, dot))
    this.#writeHtml(args.length === 1 ? args[0] : goPrint(args), pipe, last)
  }

  #writeHtml(value: unknown, pipe: Pipe, escaper?: 'html' | 'urlquery'): void {
    this.#mustPrint(value, pipe)
    const text = isNil(value) ? '' : printValue(value)
    const kind = value instanceof SafeText ? value.kind : 'plain'
    const escape = escaper === 'html' ? escapeHtml : queryEscape
    const escapedBy = escaper === undefined ? {} : { escapedBy: { name: escaper, escape } }
    const json = (): string => goJson(printsItself(value) ? text : value)
    const content = { text, kind, json, ...escapedBy } as const
    this.#write(this.#asHtml((html) => html.value(content)) ?? '')
  }

  #template(node: Extract<TemplateNode, { kind: 'template' }>, dot: unknown): void {
    const body = this.#set.definitions.get(node.name)
    if (body === undefined) {
      throw this.#failure(`template ${JSON.stringify(node.name)} not defined`)
    }
    if (++this.#depth > TEMPLATE_LIMITS.depth) {
      throw this.#failure(`exceeded maximum template depth (${TEMPLATE_LIMITS.depth})`)
    }
    this.execute(body, node.pipe === undefined ? undefined : this.#pipe(node.pipe, dot))
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
    const { variables, isAssignment } = node.pipe
    const value = this.#pipe(node.pipe, dot)
    const known = this.#variables.length
    let isEmpty = true
    for (const [index, item] of this.#turns(value, variables.length)) {
      isEmpty = false
      this.#step()
      const values = variables.length > 1 ? [index, item] : [item]
      variables.forEach((name, i) => {
        if (isAssignment) this.#assign(name, values[i])
        else this.#variables[known - variables.length + i] = { name, value: values[i] }
      })
      const flow = this.#walk(node.body, item)
      this.#variables.length = known
      if (flow === 'break') break
    }
    return isEmpty ? this.#walk(node.otherwise, dot) : 'on'
  }

  *#turns(value: unknown, variableCount: number): Iterable<readonly [unknown, unknown]> {
    const count = integerOf(value)
    if (isNil(value)) return
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) yield [BigInt(i), value[i]]
    } else if (count !== undefined) {
      if (variableCount > 1) {
        const shown = printValue(value)
        throw this.#failure(`can't use ${shown} to iterate over more than one variable`)
      }
      for (let i = 0n; i < count; i++) yield [undefined, i]
    } else if (value instanceof StringMap) {
      yield* value.entries
    } else if (value instanceof Map) {
      yield* [...value].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
    } else {
      throw this.#failure(`range can't iterate over ${printValue(value)}`)
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
    this.#place = pipe
    let value: unknown = NOTHING
    for (const command of pipe.commands) {
      this.#step()
      value = this.#command(command, dot, value) ?? undefined
      this.#work(value)
    }
    for (const name of pipe.variables) {
      if (pipe.isAssignment) this.#assign(name, value)
      else this.#variables.push({ name, value })
    }
    return value
  }

  #command(command: Command, dot: unknown, piped: unknown): unknown {
    const [head, ...args] = command.args as [Operand, ...Operand[]]
    return this.#head(head, { args, dot, piped, node: command })
  }

  /** The first word of a command, or an operand that stands alone. */
  #head(head: Operand, call: Call): unknown {
    switch (head.kind) {
      case 'field':
        this.#place = head
        return this.#fields(call.dot, head, call)
      case 'variable': {
        this.#place = head
        const value = this.#lookup(head.name)
        if (head.names.length > 0) return this.#fields(value, head, call)
        this.#mustStandAlone(head, call)
        return value
      }
      case 'chain': {
        this.#place = head
        const value = this.#argument(head.of, 'any', call.dot)
        return this.#fields(value ?? undefined, head, call)
      }
      case 'function': {
        this.#place = head
        const fn = this.#set.functions.get(head.name)
        if (fn === undefined) {
          throw this.#failure(`${JSON.stringify(head.name)} is not a defined function`)
        }
        return this.#call(head.name, fn, call)
      }
      case 'pipe':
        this.#mustStandAlone(head, call)
        return this.#pipe(head, call.dot)
      case 'nil':
      case 'dot':
      case 'bool':
      case 'string':
      case 'number':
        this.#place = head
        this.#mustStandAlone(head, call)
        if (head.kind === 'nil') throw this.#failure('nil is not a command')
        return this.#literal(head, call.dot)
      default:
        return head satisfies never
    }
  }

  #literal(
    operand: Extract<Operand, { kind: 'dot' | 'bool' | 'string' | 'number' | 'nil' }>,
    dot: unknown,
  ): unknown {
    switch (operand.kind) {
      case 'dot':
        return dot
      case 'nil':
        return null
      case 'bool':
      case 'string':
        return operand.value
      case 'number':
        return this.#ideal(operand)
      default:
        return operand satisfies never
    }
  }

  /** A number where nothing says which type is wanted. */
  #ideal({ int, float, isFloat, imaginary, shown }: NumberOperand): unknown {
    if (imaginary !== undefined) return new GoComplex(float ?? 0, imaginary)
    if (isFloat) return float
    if (int === undefined || BigInt.asIntN(64, int) !== int) {
      throw this.#failure(`${shown} overflows int`)
    }
    return int
  }

  #mustStandAlone(head: Operand, call: Call): void {
    if (call.args.length > 0 || call.piped !== NOTHING) {
      throw this.#failure(`can't give argument to non-function ${showNode(head)}`)
    }
  }

  /** Follows `.A.B.C`; the arguments of the command belong to the last one. */
  #fields(
    from: unknown,
    node: Extract<Operand, { names: readonly string[] }>,
    call: Call,
  ): unknown {
    let value = from
    let type = typeName(from)
    node.names.forEach((name, i) => {
      const isLast = i === node.names.length - 1
      const mine = isLast ? { ...call, node } : { ...call, node, args: [], piped: NOTHING }
      const isLoose = value instanceof Map
      value = this.#field(value, name, { ...mine, type })
      type = isLoose ? 'interface {}' : typeName(value)
    })
    return value
  }

  #field(value: unknown, name: string, call: Call & { readonly type: string }): unknown {
    if (value === undefined) return undefined
    const hasArgs = call.args.length > 0 || call.piped !== NOTHING
    const isMap = value instanceof StringMap || value instanceof Map
    const member = this.#member(value, name, call.type)
    if (isGoFunction(member)) return this.#call(name, member, call)
    if (hasArgs) {
      throw this.#failure(
        isMap
          ? `${name} is not a method but has arguments`
          : `${name} has arguments but cannot be invoked as function`,
      )
    }
    return member
  }

  #member(value: unknown, name: string, type: string): unknown {
    if (value === null) throw this.#failure(`nil pointer evaluating interface {}.${name}`)
    if (value instanceof GoObject) {
      const member = value.member(name)
      if (member !== undefined) return member
    } else if (value instanceof GoList && value.methods[name] !== undefined) {
      return value.methods[name]
    } else if (value instanceof Map) {
      return (value as ReadonlyMap<unknown, unknown>).get(name) ?? null
    }
    throw this.#failure(`can't evaluate field ${name} in type ${type}`)
  }

  #call(name: string, fn: GoFunction, call: Call): unknown {
    const { args, piped, dot } = call
    const given = args.length + (piped === NOTHING ? 0 : 1)
    const fixed = fn.isVariadic ? fn.params.length - 1 : fn.params.length
    if (fn.isVariadic && given < fixed) {
      throw this.#failure(
        `wrong number of args for ${name}: want at least ${fixed} got ${args.length}`,
      )
    }
    if (!fn.isVariadic && given !== fixed) {
      throw this.#failure(`wrong number of args for ${name}: want ${fixed} got ${given}`)
    }
    if (fn.stopsWhen !== undefined) return this.#shortCircuit(fn.stopsWhen, call)
    const type = (i: number): ParamType => fn.params[Math.min(i, fn.params.length - 1)] ?? 'any'
    const values = args.map((arg, i) => this.#argument(arg, type(i), dot))
    if (piped !== NOTHING) values.push(this.#check(piped, type(values.length)))
    for (const value of values) this.#work(value)
    try {
      return fn.call(values, args[0] === undefined ? undefined : showNode(args[0]))
    } catch (cause) {
      if (!(cause instanceof TemplateFailure) || cause.isPlaced) throw cause
      this.#place = call.node
      throw this.#failure(`error calling ${name}: ${cause.message}`)
    }
  }

  /** `and` and `or`: what comes behind the deciding argument is not looked at. */
  #shortCircuit(stopsWhen: boolean, call: Call): unknown {
    let value: unknown
    for (const arg of call.args) {
      value = this.#argument(arg, 'any', call.dot)
      if (isTrue(value) === stopsWhen) return value
    }
    return call.piped === NOTHING ? value : call.piped
  }

  /** An argument for a parameter of some type: numbers take the type that is wanted. */
  #argument(arg: Operand, type: ParamType, dot: unknown): unknown {
    this.#place = arg
    switch (arg.kind) {
      case 'dot':
        return this.#check(dot, type)
      case 'nil':
        if (argumentFits(null, type)) return null
        throw this.#failure(`cannot assign nil to ${EXPECTED[type]}`)
      case 'field':
      case 'variable':
      case 'pipe':
      case 'function':
      case 'chain':
        return this.#check(this.#head(arg, { args: [], dot, piped: NOTHING, node: arg }), type)
      case 'bool':
      case 'string':
      case 'number':
        return this.#constant(arg, type, dot)
      default:
        return arg satisfies never
    }
  }

  #constant(
    arg: Extract<Operand, { kind: 'bool' | 'string' | 'number' }>,
    type: ParamType,
    dot: unknown,
  ): unknown {
    const wanted = WANTED[type]
    if (wanted === undefined) return this.#literal(arg, dot)
    const value = wanted.read(arg)
    if (value !== undefined) return value
    throw this.#failure(
      wanted.what === ''
        ? `can't handle ${showNode(arg)} for arg of type ${EXPECTED[type]}`
        : `expected ${wanted.what}; found ${showNode(arg)}`,
    )
  }

  #check(value: Argument, type: ParamType): unknown {
    if (argumentFits(value, type)) return value ?? null
    if (value === undefined) throw this.#failure(`invalid value; expected ${EXPECTED[type]}`)
    const got = value === null ? 'interface {}' : typeName(value)
    throw this.#failure(`wrong type for value; expected ${EXPECTED[type]}; got ${got}`)
  }
}

interface Call {
  readonly args: readonly Operand[]
  readonly dot: unknown
  readonly piped: unknown
  /** What an error of the call itself points at. */
  readonly node: Place
}

type Constant = Extract<Operand, { kind: 'bool' | 'string' | 'number' }>

const intOf = (arg: Constant): bigint | undefined => (arg.kind === 'number' ? arg.int : undefined)
const none = { what: '', read: () => undefined }

/** How a literal becomes an argument; for `any` it is what it looks like. */
const WANTED: Readonly<
  Record<ParamType, { readonly what: string; read(arg: Constant): unknown } | undefined>
> = {
  any: undefined,
  string: { what: 'string', read: (arg) => (arg.kind === 'string' ? arg.value : undefined) },
  int: { what: 'integer', read: intOf },
  float: { what: 'float', read: (arg) => (arg.kind === 'number' ? arg.float : undefined) },
  bool: { what: 'bool', read: (arg) => (arg.kind === 'bool' ? arg.value : undefined) },
  duration: {
    what: 'integer',
    read: (arg) => {
      const ns = intOf(arg)
      return ns === undefined ? undefined : new GoDuration(ns)
    },
  },
  list: none,
  strings: none,
  time: none,
  sample: none,
  samples: none,
}

/** In a script, what has a text of its own is a string; times are JSON's. */
function printsItself(value: unknown): boolean {
  if (value instanceof GoList) return value.methods['String'] !== undefined
  return value instanceof GoObject && value.isStringer && value.typeName !== 'time.Time'
}
