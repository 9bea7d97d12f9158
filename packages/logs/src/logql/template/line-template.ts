import { systemClock } from '@weir/model'
import {
  BUILTINS,
  type GoFunction,
  StringMap,
  TemplateFailure,
  type TemplateTree,
  executeTemplate,
  goFunction,
  parseTemplate,
} from '@weir/template'
import { ParseError } from '../parse/parse-error.ts'
import type { LineState } from '../pipeline/line-state.ts'
import { goDurationFault, goDurationNs, sizeBytes, sizeFault } from '../quantities.ts'
import { NUMBER_FUNCTIONS } from './numbers.ts'
import { TEXT_FUNCTIONS } from './texts.ts'
import { LineTime, timeFunctions } from './times.ts'

/** A template of `line_format` or `label_format`, run over one line after the other. */
export interface LineTemplate {
  /** @throws {TemplateFailure} worded as Go's */
  expand(state: LineState): string
}

const SHARED: readonly (readonly [string, GoFunction])[] = [
  ...BUILTINS,
  ...TEXT_FUNCTIONS,
  ...NUMBER_FUNCTIONS,
  ...timeFunctions(() => systemClock.now()),
  ['fromJson', goFunction(['string'], ([value]) => fromJson(value as string))],
  ['bytes', quantity(sizeBytes, sizeFault, 1)],
  ['duration', quantity(goDurationNs, goDurationFault, 1e9)],
  ['duration_seconds', quantity(goDurationNs, goDurationFault, 1e9)],
]

/**
 * @param name what Go's errors call it: `line` or `label`
 * @param start where it stands in the query
 * @throws {ParseError}
 */
export function compileTemplate(text: string, name: 'line' | 'label', start: number): LineTemplate {
  let line: LineState | undefined
  const functions = new Map<string, GoFunction>([
    ...SHARED,
    ['__line__', goFunction([], () => line!.line)],
    ['__timestamp__', goFunction([], () => new LineTime(line!.timeNs))],
  ])
  let tree: TemplateTree
  try {
    tree = parseTemplate(text, { name, functions })
  } catch (cause) {
    throw new ParseError((cause as Error).message, start)
  }
  const plain = plainTemplate(tree)
  if (plain !== undefined) return plain
  const set = { functions, definitions: tree.definitions }
  return {
    expand: (state) => {
      line = state
      return executeTemplate(set, tree.main, new LineData(state))
    },
  }
}

/** A line's labels as a template sees them; what it asks for is looked up, fields of JSON lines too. */
class LineData extends StringMap {
  readonly #state: LineState

  constructor(state: LineState) {
    super([])
    this.#state = state
  }

  override get entries(): ReadonlyMap<string, string> {
    const pairs: [string, string][] = []
    this.#state.each((name, value) => pairs.push([name, value]))
    if (this.#state.error !== '') pairs.push(['__error__', this.#state.error])
    if (this.#state.errorDetails !== '') pairs.push(['__error_details__', this.#state.errorDetails])
    return new Map(pairs.sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  override member(name: string): string {
    return this.#state.get(name)
  }
}

/** As much as other templates may give. */
const PLAIN_MAX = 2 ** 20

/** Most templates are texts and names, `{{.level}}: {{.msg}}`: those need no interpreter. */
function plainTemplate({ main }: TemplateTree): LineTemplate | undefined {
  const pieces: { readonly text: string; readonly isName: boolean }[] = []
  for (const node of main.nodes) {
    if (node.kind === 'text') {
      pieces.push({ text: node.text, isName: false })
      continue
    }
    const command = node.kind === 'action' ? node.pipe.commands[0] : undefined
    const operand = command?.args[0]
    const isName =
      node.kind === 'action' &&
      node.pipe.variables.length === 0 &&
      node.pipe.commands.length === 1 &&
      command?.args.length === 1 &&
      operand?.kind === 'field' &&
      operand.names.length === 1
    if (!isName) return undefined
    pieces.push({ text: operand.names[0]!, isName: true })
  }
  return {
    expand: (state) => {
      let text = ''
      for (const piece of pieces) {
        text += piece.isName ? state.get(piece.text) : piece.text
        // Stages may double a text each.
        if (text.length > PLAIN_MAX) throw new TemplateFailure(`more than ${PLAIN_MAX} characters`)
      }
      return text
    },
  }
}

function quantity(
  read: (text: string) => number | undefined,
  fault: (text: string) => string,
  unit: number,
): GoFunction {
  return goFunction(['string'], ([value]) => {
    const found = read(value as string)
    if (found === undefined) throw new TemplateFailure(fault(value as string))
    return found / unit
  })
}

/** JSON as Go's values; no value at all when it is none. */
function fromJson(text: string): unknown {
  try {
    return goValue(JSON.parse(text))
  } catch {
    return undefined
  }
}

function goValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(goValue)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([name, of]): [string, unknown] => [name, goValue(of)])
  return new Map(members.sort(([a], [b]) => (a < b ? -1 : 1)))
}
