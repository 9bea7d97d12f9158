import type { LineCondition } from '../source.ts'
import type { LabelFilter, LineFilterStage, Stage } from './ast.ts'
import { DUPLICATE_SUFFIX } from './pipeline/line-state.ts'
import type { Wanted } from './pipeline/wanted.ts'
import { piecesOf } from './pipeline/pattern.ts'

/** What a source can do for a pipeline. */
export interface PushedDown {
  /** What every line that comes out of the pipeline met when it went in. */
  readonly conditions: readonly LineCondition[]
  /** Whether a line that meets them comes out of the pipeline for certain. */
  readonly isExact: boolean
  /** Whether a stage makes another text of lines. */
  readonly changesText: boolean
  /** Whether a stage looks at the text. */
  readonly readsText: boolean
  /** Whether a name has the value that it had before any stage. */
  keepsValue(name: string): boolean
}

/**
 * Finds what lines must meet before any stage runs, so that a source may leave out all others. A condition
 * counts as long as nothing before it could have changed what it looks at: the text as long as no stage made
 * another, a name as long as no stage gave it another value. `json` gives names the values that they have
 * anyway; all but `level`, which is what the line says from then on, if it says so.
 */
export function pushedDown(stages: readonly Stage[], wanted: Wanted): PushedDown {
  const walk = new Walk()
  for (const stage of stages) {
    // A parser that has nothing to find does nothing.
    if (!(wanted.isNothing && PARSERS.has(stage.kind))) walk.pass(stage)
  }
  return walk
}

const PARSERS: ReadonlySet<Stage['kind']> = new Set(['json', 'logfmt', 'pattern', 'regexp'])

class Walk implements PushedDown {
  readonly conditions: LineCondition[] = []
  isExact = true
  changesText = false
  readsText = false
  /** Names that may have another value by now; undefined: any may. */
  #changed: Set<string> | undefined = new Set()
  /** Whether `json` may have given `level` the value that the line has for it. */
  #isLevelOwn = false

  keepsValue(name: string): boolean {
    return this.#standingOf(name) === 'as it was'
  }

  pass(stage: Stage): void {
    if (stage.kind === 'line' || stage.kind === 'line_format' || PARSERS.has(stage.kind)) {
      this.readsText = true
    }
    switch (stage.kind) {
      case 'line':
        this.#add(this.changesText ? UNKNOWN : lineCondition(stage))
        return
      case 'filter':
        this.#add(filterCondition(stage.filter, (name) => this.#standingOf(name)))
        return
      case 'json':
        if (this.changesText) this.#changed = undefined
        this.#isLevelOwn ||= stage.labels.length === 0
        for (const { name } of stage.labels) this.#changed?.add(name)
        // A line that is no JSON gets an error, which only who reads it can tell.
        this.isExact = false
        return
      case 'logfmt':
      case 'pattern':
      case 'regexp':
        this.#changed = undefined
        if (stage.kind === 'logfmt' && stage.isStrict) this.isExact = false
        return
      case 'unpack':
        this.#changed = undefined
        this.changesText = true
        this.isExact = false
        return
      case 'decolorize':
        this.changesText = true
        return
      case 'line_format':
        this.changesText = true
        this.isExact = false // a template may fail
        return
      case 'label_format':
        for (const label of stage.labels) {
          this.#changed?.add(label.name)
          if (label.kind === 'rename') this.#changed?.add(label.from)
        }
        this.isExact = false
        return
      case 'drop':
        for (const { name } of stage.labels) this.#changed?.add(name)
        return
      case 'keep':
        this.#changed = undefined
        return
      default:
        stage satisfies never
    }
  }

  #standingOf(name: string): Standing {
    if (this.#isChanged(name)) return 'changed'
    return name === 'level' && this.#isLevelOwn ? 'perhaps of the line' : 'as it was'
  }

  #isChanged(name: string): boolean {
    return (
      this.#changed === undefined ||
      this.#changed.has(name) ||
      name.startsWith('__error') ||
      name.endsWith(DUPLICATE_SUFFIX) // a name that only a pipeline gives
    )
  }

  #add({ condition, isExact }: Found): void {
    if (condition !== undefined) this.conditions.push(condition)
    if (!isExact) this.isExact = false
  }
}

/** What is known of a name's value behind some stages. */
type Standing = 'as it was' | 'perhaps of the line' | 'changed'

interface Found {
  /** Undefined: nothing is known. */
  readonly condition: LineCondition | undefined
  readonly isExact: boolean
}

const UNKNOWN: Found = { condition: undefined, isExact: false }

function lineCondition({ operator, alternatives }: LineFilterStage): Found {
  const isNegative = operator.startsWith('!')
  if (alternatives.some(({ isIp }) => isIp)) return UNKNOWN
  const found: LineCondition[] = []
  for (const { text, start } of alternatives) {
    if (operator === '|>' || operator === '!>') {
      if (isNegative) return UNKNOWN
      const texts = piecesOf(text, start).filter(({ kind }) => kind === 'text')
      found.push({
        kind: 'all',
        of: texts.map((piece) => ({ kind: 'contains', text: piece.text })),
      })
    } else if (operator === '|=' || operator === '!=') {
      found.push({ kind: 'contains', text })
    } else {
      found.push({ kind: 'matches', regex: text })
    }
  }
  const any: LineCondition = found.length === 1 ? found[0]! : { kind: 'any', of: found }
  return {
    condition: isNegative ? { kind: 'not', of: any } : any,
    isExact: operator !== '|>',
  }
}

/** What a value that is a number at first sight looks like; others may be numbers too, or errors. */
const PLAIN_NUMBER = '-?[0-9]+(\\.[0-9]+)?'

function filterCondition(filter: LabelFilter, standingOf: (name: string) => Standing): Found {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const [left, right] = [
        filterCondition(filter.left, standingOf),
        filterCondition(filter.right, standingOf),
      ]
      const known = [left.condition, right.condition].filter((one) => one !== undefined)
      const isExact = left.isExact && right.isExact
      if (filter.kind === 'or' && known.length < 2) return UNKNOWN
      if (known.length === 0) return { condition: undefined, isExact }
      return { condition: { kind: filter.kind === 'or' ? 'any' : 'all', of: known }, isExact }
    }
    case 'string': {
      const { name, operator, value } = filter.matcher
      const standing = standingOf(name)
      if (standing === 'changed') return UNKNOWN
      const condition: LineCondition = { kind: 'value', name, operator, value }
      if (standing === 'as it was') return { condition, isExact: true }
      const own: LineCondition = { ...condition, isOwn: true }
      return { condition: { kind: 'any', of: [own, condition] }, isExact: false }
    }
    case 'number': {
      const { name, operator, value } = filter
      if (standingOf(name) !== 'as it was') return UNKNOWN
      // A value that is no number passes, with an error.
      const odd: LineCondition = { kind: 'value', name, operator: '!~', value: PLAIN_NUMBER }
      const number: LineCondition = { kind: 'number', name, operator, value }
      const either: LineCondition = { kind: 'any', of: [number, odd] }
      return { condition: { kind: 'all', of: [isThere(name), either] }, isExact: false }
    }
    case 'duration':
    case 'bytes':
      return {
        condition: standingOf(filter.name) === 'as it was' ? isThere(filter.name) : undefined,
        isExact: false,
      }
    case 'ip':
      return UNKNOWN // with an error from before, a line passes without the label
    default:
      return filter satisfies never
  }
}

function isThere(name: string): LineCondition {
  return { kind: 'value', name, operator: '!=', value: '' }
}
