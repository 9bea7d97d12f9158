import { type ErrorCode, WeirError } from '@weir/model'
import {
  type Document,
  LineCounter,
  type Node,
  isMap,
  isNode,
  isPair,
  isScalar,
  parseAllDocuments,
} from 'yaml'
import type { z } from 'zod'

/**
 * A YAML file whose every value is a text, with the line of each key.
 *
 * All scalars stay texts because Go decides by the field's type what `1`, `yes` or `0x10` mean: a
 * label value `1` is the text "1". Schemas over it turn texts into what they need.
 */
export interface ConfigSource {
  readonly fileName: string
  readonly value: unknown
  /** Line of the value at this path, or of the nearest one above that exists. */
  lineOf(path: readonly PropertyKey[]): number | undefined
  /** Whether the value at this path stands in quotes, where that makes a text of a number. */
  isQuoted(path: readonly PropertyKey[]): boolean
}

export interface ConfigProblem {
  readonly line: number | undefined
  /** Where in the file, as `groups[0].rules[1].expr`; '' for the whole. */
  readonly path: string
  readonly what: string
}

/** Reads the first document of a YAML text. */
export function readYaml(
  text: string,
  fileName: string,
): { readonly source: ConfigSource; readonly problems: ConfigProblem[] } {
  const counter = new LineCounter()
  const [document] = parseAllDocuments(text, {
    schema: 'failsafe',
    merge: true,
    lineCounter: counter,
    prettyErrors: false,
  }) as Document[]
  const lineAt = (offset: number): number => counter.linePos(offset).line
  const problems: ConfigProblem[] = (document?.errors ?? []).map((error) => ({
    line: lineAt(error.pos[0]),
    path: '',
    what: error.message,
  }))
  let value: unknown
  try {
    value = problems.length > 0 ? undefined : toPlain(document)
  } catch (cause) {
    // Aliases of aliases that would become a mountain, or one that names itself.
    problems.push({ line: undefined, path: '', what: (cause as Error).message })
  }
  const lineOf = (path: readonly PropertyKey[]): number | undefined => {
    const offset = offsetOf(document?.contents ?? null, path)
    return offset === undefined ? undefined : lineAt(offset)
  }
  const isQuoted = (path: readonly PropertyKey[]): boolean => {
    const node: unknown = document?.getIn(path, true)
    return isScalar(node) && (node.type === 'QUOTE_SINGLE' || node.type === 'QUOTE_DOUBLE')
  }
  return { source: { fileName, value, lineOf, isQuoted }, problems }
}

function toPlain(document: Document | undefined): unknown {
  const contents = document?.contents ?? null
  if (contents === null || (isScalar(contents) && contents.value === '')) return {}
  return document?.toJS({ maxAliasCount: 100 }) as unknown
}

function offsetOf(root: Node | null, path: readonly PropertyKey[]): number | undefined {
  let offset = root?.range?.[0]
  let node: unknown = root
  for (const step of path) {
    if (!isNode(node) || !('items' in node)) return offset
    const items = node.items as unknown[]
    if (isMap(node)) {
      const pair = items.find((item) => isPair(item) && keyText(item.key) === String(step))
      if (!isPair(pair)) return offset
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset
      node = pair.value
    } else {
      const item = items[Number(step)]
      if (!isNode(item)) return offset
      offset = item.range?.[0] ?? offset
      node = item
    }
  }
  return offset
}

function keyText(key: unknown): string {
  return String(isScalar(key) ? key.value : key)
}

/** An object given in place of a file: scalars become texts, as in a file. */
export function objectSource(value: unknown, fileName: string): ConfigSource {
  return { fileName, value: textsOf(value), lineOf: () => undefined, isQuoted: () => false }
}

function textsOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(textsOf)
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined)
    return Object.fromEntries(entries.map(([key, item]) => [key, textsOf(item)]))
  }
  return typeof value === 'string'
    ? value
    : value === undefined || value === null
      ? ''
      : JSON.stringify(value)
}

/** Holds a source against its schema: the value in its final types, or what is wrong with it. */
export function checkShape<S extends z.ZodType>(
  schema: S,
  source: ConfigSource,
):
  | { readonly value: z.output<S>; readonly problems: [] }
  | { readonly value: undefined; readonly problems: ConfigProblem[] } {
  const result = schema.safeParse(source.value)
  if (result.success) return { value: result.data, problems: [] }
  return {
    value: undefined,
    problems: result.error.issues.flatMap((issue) => describeIssue(issue, source)),
  }
}

/** The source less the keys that its schema does not know. */
export function withoutUnknownKeys(schema: z.ZodType, source: ConfigSource): ConfigSource {
  const value: unknown = structuredClone(source.value)
  for (const issue of schema.safeParse(value).error?.issues ?? []) {
    if (issue.code !== 'unrecognized_keys') continue
    const parent = issue.path.reduce<unknown>((node, step) => (node as Nested)[step], value)
    for (const key of issue.keys) delete (parent as Nested)[key]
  }
  return { ...source, value }
}

type Nested = Record<PropertyKey, unknown>

function describeIssue(issue: z.core.$ZodIssue, source: ConfigSource): ConfigProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path, key]
      return { line: source.lineOf(path), path: showPath(path), what: 'unknown key' }
    })
  }
  const { path } = issue
  return [{ line: source.lineOf(path), path: showPath(path), what: lowerFirst(issue.message) }]
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

export function showPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((shown, step) => {
    if (typeof step === 'number') return `${shown}[${step}]`
    return shown === '' ? String(step) : `${shown}.${String(step)}`
  }, '')
}

/** `Cannot read rules "a.yml" line 3: groups[0].name: want …`; further problems are counted. */
export function configError(
  code: ErrorCode,
  what: string,
  fileName: string,
  problems: readonly ConfigProblem[],
): WeirError {
  const [first] = problems
  const line = first?.line === undefined ? '' : ` line ${first.line}`
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  return new WeirError(
    code,
    `Cannot read ${what} ${JSON.stringify(fileName)}${line}: ${first === undefined ? 'unreadable' : placed(first)}${more}`,
  )
}

const placed = ({ path, what }: ConfigProblem): string => (path === '' ? what : `${path}: ${what}`)

/** `line 3: groups[0].name: want …` */
export function showProblem(problem: ConfigProblem): string {
  return problem.line === undefined ? placed(problem) : `line ${problem.line}: ${placed(problem)}`
}
