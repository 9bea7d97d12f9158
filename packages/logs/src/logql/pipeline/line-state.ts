import { type Labels, levelOf } from '@weir/model'
import type { LogLines, LogStream } from '../../source.ts'

/** What a name gets when something of that name is there already. */
export const DUPLICATE_SUFFIX = '_extracted'

export const ERROR = '__error__'
export const ERROR_DETAILS = '__error_details__'

/** Pairs of names and values, few of them: looked through from the front. Reused from line to line. */
class Pairs {
  readonly names: string[] = []
  readonly values: string[] = []

  indexOf(name: string): number {
    const { names } = this
    for (let i = 0; i < names.length; i++) if (names[i] === name) return i
    return -1
  }

  set(name: string, value: string): void {
    const at = this.indexOf(name)
    if (at >= 0) {
      this.values[at] = value
      return
    }
    this.names.push(name)
    this.values.push(value)
  }

  push(name: string, value: string): void {
    this.names.push(name)
    this.values.push(value)
  }

  delete(name: string): void {
    const at = this.indexOf(name)
    if (at < 0) return
    this.names.splice(at, 1)
    this.values.splice(at, 1)
  }

  clear(): void {
    this.names.length = 0
    this.values.length = 0
  }
}

/** Where a label of a line comes from; an answer may tell them apart. */
export type Category = 'stream' | 'metadata' | 'parsed'

/**
 * One line on its way through a pipeline: its text, and what it is known by. One object serves all lines of
 * a query.
 *
 * A name is looked up in what stages set, then as `LogSource` has it: labels of the stream, metadata, fields of
 * a line that is JSON. What was dropped is not found any more.
 */
export class LineState {
  #lines: LogLines | undefined
  #at = 0
  #line: string | undefined
  #stream: LogStream | undefined
  /** What `label_format` gave to names that are the stream's. */
  readonly #changed = new Pairs()
  readonly #metadata = new Pairs()
  readonly #parsed = new Pairs()
  readonly #dropped = new Set<string>()
  #fieldsHidden = false
  #hasMetadata = false
  error = ''
  errorDetails = ''

  /** Begins with line `at` of a run. */
  begin(lines: LogLines, at: number): void {
    this.#lines = lines
    this.#at = at
    this.#line = undefined
    this.#stream = undefined
    this.#changed.clear()
    this.#parsed.clear()
    if (this.#dropped.size > 0) this.#dropped.clear()
    this.#fieldsHidden = false
    this.#hasMetadata = false
    this.error = ''
    this.errorDetails = ''
  }

  /** What the sender said beside the line; read when it is first wanted. */
  get #beside(): Pairs {
    const pairs = this.#metadata
    if (this.#hasMetadata) return pairs
    this.#hasMetadata = true
    pairs.clear()
    const said = this.#lines!.metadata(this.#at)
    const { labels } = this.stream
    for (let i = 0; i < said.length; i += 2) {
      const name = said[i]!
      if (name === ERROR) this.error = said[i + 1]!
      else pairs.set(labels.has(name) ? name + DUPLICATE_SUFFIX : name, said[i + 1]!)
    }
    if (!labels.has('detected_level')) pairs.set('detected_level', levelOf(this.severity))
    return pairs
  }

  get timeNs(): bigint {
    return this.#lines!.timeNs(this.#at)
  }

  get stream(): LogStream {
    this.#stream ??= this.#lines!.stream(this.#at)
    return this.#stream
  }

  get severity(): number {
    return this.#lines!.severity(this.#at)
  }

  get line(): string {
    this.#line ??= this.#lines!.line(this.#at)
    return this.#line
  }

  set line(text: string) {
    this.#line = text
  }

  /** The value of a name, '' when nothing has it. */
  get(name: string): string {
    return this.find(name) ?? ''
  }

  find(name: string): string | undefined {
    if (name === ERROR) return this.error
    if (name === ERROR_DETAILS) return this.errorDetails
    let at = this.#parsed.indexOf(name)
    if (at >= 0) return this.#parsed.values[at]
    at = this.#changed.indexOf(name)
    if (at >= 0) return this.#changed.values[at]
    if (this.#dropped.has(name)) return undefined
    const label = this.stream.labels.get(name)
    if (label !== '') return label
    at = this.#beside.indexOf(name)
    if (at >= 0) return this.#metadata.values[at]
    if (this.#fieldsHidden) return undefined
    return name === 'level' ? levelOf(this.severity) : this.#lines!.field(this.#at, name)
  }

  /** Where a name's value comes from; undefined for fields of the line, which are no labels yet. */
  categoryOf(name: string): Category | undefined {
    if (this.#parsed.indexOf(name) >= 0) return 'parsed'
    if (this.#changed.indexOf(name) >= 0) return 'stream'
    if (this.#dropped.has(name)) return undefined
    if (this.stream.labels.has(name)) return 'stream'
    return this.#beside.indexOf(name) >= 0 ? 'metadata' : undefined
  }

  /** Sets a label; one that is there under another category is replaced. */
  set(category: Category, name: string, value: string): void {
    if (name === ERROR) {
      this.error = value
      return
    }
    if (category === 'parsed') {
      this.#beside.delete(name)
      this.#changed.delete(name)
      this.#parsed.set(name, value)
    } else if (this.#parsed.indexOf(name) < 0) {
      if (category === 'metadata') this.#beside.set(name, value)
      else this.#changed.set(name, value)
    }
  }

  /** The name that a parser gives to what it found under `name`. */
  extractedName(name: string): string {
    const isTaken = this.stream.labels.has(name) || this.#beside.indexOf(name) >= 0
    return isTaken ? name + DUPLICATE_SUFFIX : name
  }

  /** Sets what a parser found, under a name that {@link LineState.extractedName} gave and that is not parsed yet. */
  extract(name: string, value: string): void {
    if (name.endsWith(DUPLICATE_SUFFIX) || name === ERROR) this.set('parsed', name, value)
    else this.#parsed.push(name, value)
  }

  isParsed(name: string): boolean {
    return this.#parsed.indexOf(name) >= 0
  }

  drop(name: string): void {
    this.#parsed.delete(name)
    this.#changed.delete(name)
    this.#beside.delete(name)
    this.#dropped.add(name)
  }

  /** Drops all labels but those for which `keeps` says true. */
  keepOnly(keeps: (name: string, value: string) => boolean): void {
    const gone: string[] = []
    this.each((name, value) => {
      if (!keeps(name, value)) gone.push(name)
    })
    for (const name of gone) this.drop(name)
    this.#fieldsHidden = true
  }

  setError(error: string, details: string): void {
    this.error = error
    this.errorDetails = details
  }

  /** All labels of the line, errors left out; in no order. */
  each(visit: (name: string, value: string, category: Category) => void): void {
    const beside = this.#beside
    const { flat } = this.stream.labels
    for (let i = 0; i < flat.length; i += 2) {
      const name = flat[i]!
      if (this.#dropped.has(name)) continue
      if (this.#changed.indexOf(name) >= 0 || this.#parsed.indexOf(name) >= 0) continue
      visit(name, flat[i + 1]!, 'stream')
    }
    for (let i = 0; i < this.#changed.names.length; i++) {
      visit(this.#changed.names[i]!, this.#changed.values[i]!, 'stream')
    }
    for (let i = 0; i < beside.names.length; i++)
      visit(beside.names[i]!, beside.values[i]!, 'metadata')
    for (let i = 0; i < this.#parsed.names.length; i++) {
      visit(this.#parsed.names[i]!, this.#parsed.values[i]!, 'parsed')
    }
  }

  /** The stream's labels when no stage changed one of them. */
  get unchangedStream(): Labels | undefined {
    if (this.#changed.names.length > 0 || this.#dropped.size > 0) return undefined
    const { labels } = this.stream
    for (const name of this.#parsed.names) if (labels.has(name)) return undefined
    return labels
  }
}
