import { type ErrorCode, WeirError } from '@weir/model'
import {
  type Document,
  LineCounter,
  type ParsedNode,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
} from 'yaml'
import type { z } from 'zod'
import { readValue, yamlValue } from './yaml-value.ts'

/** Where a YAML text comes from and which error a mistake in it is. */
export interface YamlSource {
  /** File name for messages. */
  readonly file: string
  readonly text: string
  readonly code: ErrorCode
}

/**
 * Reads YAML against a schema. Every complaint names file, line and key and what was wanted; several
 * mistakes are told at once, a line each.
 *
 * @throws {WeirError} with the source's code
 */
export function readYaml<S extends z.ZodType>(source: YamlSource, schema: S): z.output<S> {
  const lines = new LineCounter()
  const document = parseDocument(source.text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
  })
  if (document.errors.length > 0) {
    const complaints = document.errors.slice(0, 10).map((error) => {
      const { line } = lines.linePos(error.pos[0])
      return `${source.file}:${line}: ${error.message}`
    })
    throw new WeirError(source.code, `Cannot read ${complaints.join('\n')}`)
  }
  const result = readValue(yamlValue(document) ?? {}, schema)
  if (result.success) return result.data
  const complaints = result.error.issues
    .flatMap(flatten)
    .slice(0, 10)
    .map(({ path, message }) => {
      const line = lineOf(document.contents, path, lines)
      const key = path.length === 0 ? '' : `${showPath(path)}: `
      return `${source.file}:${line}: ${key}${message}`
    })
  throw new WeirError(source.code, `Cannot use ${complaints.join('\n')}`)
}

/** What a schema has against a document that was read from a text, perhaps changed since; its lines are the text's. */
export function yamlComplaints(
  document: Document,
  text: string,
  schema: z.ZodType,
): YamlComplaint[] {
  const lines = new LineCounter()
  const { contents } = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true })
  // Reading the value changes the document.
  const result = readValue(yamlValue(document.clone()) ?? {}, schema)
  if (result.success) return []
  return result.error.issues.flatMap(flatten).map((issue) => {
    const node = document.getIn(issue.path, true)
    const line = isNode(node) && node.range ? lines.linePos(node.range[0]).line : 0
    return { ...issue, line: line || lineOf(contents, issue.path, lines) }
  })
}

interface Complaint {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** A complaint with the line where it belongs. */
export interface YamlComplaint extends Complaint {
  readonly line: number
}

/** An unknown key is a complaint of its own, at the line where the key stands. */
function flatten(issue: z.core.$ZodIssue): Complaint[] {
  if (issue.code !== 'unrecognized_keys') return [issue]
  return issue.keys.map((key) => ({ path: [...issue.path, key], message: 'there is no such key' }))
}

function showPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, i) =>
      typeof part === 'number' ? `[${part}]` : `${i > 0 ? '.' : ''}${String(part)}`,
    )
    .join('')
}

/** The line at which the key at `path` stands in a text that was read before. */
export function lineOfKey(text: string, path: readonly string[]): number {
  const lines = new LineCounter()
  const { contents } = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  return lineOf(contents, path, lines)
}

/** The lines at which the items of a list stand in a text that was read before. */
export function linesOfItems(text: string, key: string): number[] {
  const lines = new LineCounter()
  const list = parseDocument(text, { lineCounter: lines, prettyErrors: false }).get(key)
  if (!isSeq<ParsedNode>(list)) return []
  return list.items.map((item) => lines.linePos(item.range[0]).line)
}

/** The line of the node at `path`, or of the deepest one on the way that exists. */
function lineOf(root: ParsedNode | null, path: readonly PropertyKey[], lines: LineCounter): number {
  let node: unknown = root
  let offset = root?.range[0] ?? 0
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isScalar(item.key) && String(item.key.value) === String(part),
      )
      if (pair === undefined || !isPair(pair)) break
      offset = (pair.key as ParsedNode).range[0]
      node = pair.value
    } else if (isCollection(node)) {
      node = node.items[Number(part)]
      offset = (node as ParsedNode | undefined)?.range[0] ?? offset
    } else {
      break
    }
  }
  return lines.linePos(offset).line
}
