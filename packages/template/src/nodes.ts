/** A template's text and how its errors name it. */
export interface TemplateSource {
  readonly name: string
  readonly text: string
}

/** A template with a name: a text as a whole, or what stands in a `define` or `block`. */
export interface TemplateBody {
  readonly name: string
  readonly source: TemplateSource
  readonly nodes: readonly TemplateNode[]
}

/** What a template's text says, node by node. `at` is where in the text: errors show it. */
export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly at: number; readonly pipe: Pipe }
  | BranchNode
  | {
      readonly kind: 'template'
      readonly at: number
      readonly name: string
      readonly pipe: Pipe | undefined
    }
  | { readonly kind: 'break' | 'continue' }

export interface BranchNode {
  readonly kind: 'if' | 'with' | 'range'
  readonly at: number
  readonly pipe: Pipe
  readonly body: readonly TemplateNode[]
  readonly otherwise: readonly TemplateNode[]
}

export interface Pipe {
  readonly kind: 'pipe'
  readonly at: number
  /** Variables set by the pipeline, `$` included. */
  readonly variables: readonly string[]
  /** `=` rather than `:=`. */
  readonly isAssignment: boolean
  readonly commands: readonly Command[]
}

export interface Command {
  readonly kind: 'command'
  readonly at: number
  readonly args: readonly Operand[]
}

export type Operand =
  | { readonly kind: 'dot' | 'nil'; readonly at: number }
  | { readonly kind: 'bool'; readonly at: number; readonly value: boolean }
  | { readonly kind: 'string'; readonly at: number; readonly value: string; readonly shown: string }
  | NumberOperand
  | { readonly kind: 'field'; readonly at: number; readonly names: readonly string[] }
  | {
      readonly kind: 'variable'
      readonly at: number
      readonly name: string
      readonly names: readonly string[]
    }
  | {
      readonly kind: 'chain'
      readonly at: number
      readonly of: Operand
      readonly names: readonly string[]
    }
  | { readonly kind: 'function'; readonly at: number; readonly name: string }
  | Pipe

/** A number as written. What type it gets depends on where it stands. */
export interface NumberOperand {
  readonly kind: 'number'
  readonly at: number
  readonly shown: string
  /** The whole number it is, if it is one. */
  readonly int: bigint | undefined
  /** The float it is, if it can be one. */
  readonly float: number | undefined
  /** Written as a float. */
  readonly isFloat: boolean
  /** The imaginary part, where it has one; then `float` is the real part. */
  readonly imaginary: number | undefined
}

/** What an error can point at. */
export type Place = TemplateNode | Pipe | Command | Operand

/** A node as Go's errors show it: `at <.Labels.job>`. */
export function showNode(node: Place): string {
  switch (node.kind) {
    case 'dot':
      return '.'
    case 'nil':
      return 'nil'
    case 'bool':
      return String(node.value)
    case 'string':
    case 'number':
      return node.shown
    case 'field':
      return dotted(node.names)
    case 'variable':
      return node.name + dotted(node.names)
    case 'chain':
      return parenthesized(node.of) + dotted(node.names)
    case 'function':
      return node.name
    case 'command':
      return node.args.map(parenthesized).join(' ')
    case 'pipe': {
      const sign = node.isAssignment ? ' = ' : ' := '
      const variables = node.variables.length > 0 ? node.variables.join(', ') + sign : ''
      return variables + node.commands.map(showNode).join(' | ')
    }
    case 'text':
      return node.text
    case 'action':
      return `{{${showNode(node.pipe)}}}`
    case 'template': {
      const pipe = node.pipe === undefined ? '' : ` ${showNode(node.pipe)}`
      return `{{template ${JSON.stringify(node.name)}${pipe}}}`
    }
    case 'if':
    case 'with':
    case 'range':
      return `{{${node.kind} ${showNode(node.pipe)}}}`
    case 'break':
    case 'continue':
      return `{{${node.kind}}}`
    default:
      return node satisfies never
  }
}

const dotted = (names: readonly string[]): string => names.map((name) => `.${name}`).join('')

const parenthesized = (node: Operand): string =>
  node.kind === 'pipe' ? `(${showNode(node)})` : showNode(node)

/** `name:line:column` as Go counts: lines from 1, columns in bytes from 0. */
export function placeOf({ name, text }: TemplateSource, at: number): string {
  const before = text.slice(0, at)
  const lineStart = before.lastIndexOf('\n') + 1
  const line = before.split('\n').length
  return `${name}:${line}:${Buffer.byteLength(before.slice(lineStart))}`
}
