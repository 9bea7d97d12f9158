import type { ExtractedLabel } from '../ast.ts'
import { JsonScanner } from './json-scanner.ts'
import { type JsonPath, readJsonPath } from './json-path.ts'
import { labelName, labelValue } from './label-name.ts'
import type { LineState } from './line-state.ts'
import type { StageRun } from './stage-run.ts'
import type { Wanted } from './wanted.ts'

const ERROR_NAME = 'JSONParserErr'

/** Objects in objects, so deep: what lies deeper is left out. */
const DEPTH_MAX = 32

/** `json`: all members, flattened with `_`; arrays and nulls are left out, of two equal names the first stays. */
export function compileJson(wanted: Wanted): StageRun {
  const flattener = new Flattener(wanted)
  return (state) => {
    if (wanted.isNothing) return true
    const fault = flattener.run(state)
    if (fault !== '') state.setError(ERROR_NAME, fault)
    return true
  }
}

class Flattener {
  readonly #wanted: Wanted
  readonly #scanner = new JsonScanner()
  #state: LineState | undefined
  #left = 0

  constructor(wanted: Wanted) {
    this.#wanted = wanted
  }

  run(state: LineState): string {
    this.#state = state
    this.#left = this.#wanted.count
    const { line } = state
    this.#scanner.begin(line)
    const fault = this.#object(line, 0, '', 0)
    return fault === 'enough' ? '' : fault
  }

  #object(text: string, at: number, prefix: string, depth: number): string {
    const scanner = this.#scanner
    return scanner.members(text, at, (key) => {
      switch (scanner.kind) {
        case 'object':
          return this.#nested(text, scanner.start, nested(prefix, key), depth + 1)
        case 'array':
        case 'null':
          return 'on'
        case 'string':
        case 'number':
        case 'boolean':
          return this.#value(nested(prefix, key), scanner)
        default:
          return scanner.kind satisfies never
      }
    })
  }

  #nested(text: string, at: number, prefix: string, depth: number): string {
    if (depth > DEPTH_MAX || !this.#wanted.hasPrefix(prefix)) return 'on'
    const fault = this.#object(text, at, prefix, depth)
    return fault === '' ? 'on' : fault
  }

  #value(name: string, scanner: JsonScanner): 'on' | 'enough' {
    if (name === '') return 'on'
    const state = this.#state!
    const key = state.extractedName(name)
    if (!this.#wanted.has(key) || state.isParsed(key)) return 'on'
    state.extract(key, labelValue(scanner.value()))
    return --this.#left === 0 ? 'enough' : 'on'
  }
}

function nested(prefix: string, key: string): string {
  if (prefix === '') return labelName(key)
  if (key.trim() === '') return prefix
  const name = labelName(key)
  // A digit within a name needs no `_` before it.
  return name.startsWith('_') && /^\s*[0-9]/.test(key) ? `${prefix}${name}` : `${prefix}_${name}`
}

/** `json a="x.y[0]", b`: the chosen ones; what is not there is set to ''. */
export function compileChosenJson(labels: readonly ExtractedLabel[], wanted: Wanted): StageRun {
  const paths = labels.map(({ name, expression, start }) => ({
    name,
    path: readJsonPath(expression, start),
  }))
  const scanner = new JsonScanner()
  return (state) => {
    const { line } = state
    if (line === '' || wanted.isNothing) return true
    if (!'"{['.includes(line[0]!)) {
      state.setError(ERROR_NAME, '')
      return true
    }
    for (const { name, path } of paths) {
      const found = valueAt(scanner, line, path)
      if (found !== undefined) state.set('parsed', state.extractedName(name), found)
      else if (state.find(name) === undefined) state.set('parsed', name, '')
    }
    return true
  }
}

function valueAt(scanner: JsonScanner, line: string, path: JsonPath): string | undefined {
  if (scanner.read(line, 0) !== '') return undefined
  for (const step of path) {
    const isThere =
      typeof step === 'string' ? intoMember(scanner, line, step) : intoElement(scanner, line, step)
    if (!isThere) return undefined
  }
  return scanner.kind === 'null' ? '' : labelValue(scanner.value())
}

function intoMember(scanner: JsonScanner, line: string, key: string): boolean {
  if (scanner.kind !== 'object') return false
  return (
    scanner.members(line, scanner.start, (name) => (name === key ? 'enough' : 'on')) === 'enough'
  )
}

function intoElement(scanner: JsonScanner, line: string, index: number): boolean {
  if (scanner.kind !== 'array') return false
  let at = scanner.start + 1
  for (let i = 0; ; i++) {
    if (scanner.read(line, at) !== '') return false
    if (i === index) return true
    at = scanner.after
    while (' \n\r\t'.includes(line[at] ?? 'x')) at++
    if (line[at] !== ',') return false
    at++
  }
}
