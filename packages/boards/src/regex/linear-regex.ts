/**
 * Regular expressions whose time grows with pattern × text and never beyond: boards bring theirs from
 * outside, and `RegExp` can hang on thirty letters.
 *
 * The pattern becomes a program of small steps. It is followed as `RegExp` does, first choice first, with a
 * way back at each fork; but a step that failed once at a place fails there again, so each is tried
 * once. That holds because nothing here refers back to what a group held: such patterns are refused.
 * What a step does depends on one thing more than its place: which of the repetitions around it have read
 * nothing in this round, as `RegExp` forbids such rounds. An outer round began no later than an inner one, so
 * these are always the innermost ones, and their number tells which: each (step, place, number) is
 * tried once. The order of tries is that of JavaScript, and so is where matches begin and end.
 */
import { type Node, RegexRefused, parseRegex } from './parse.ts'

type Step =
  | { readonly kind: 'character'; readonly test: RegExp }
  | { readonly kind: 'fork'; first: number; second: number }
  | { readonly kind: 'jump'; to: number }
  | { readonly kind: 'save'; readonly slot: number }
  | { readonly kind: 'assert'; readonly what: '^' | '$' | 'b' | 'B' }
  | { readonly kind: 'ahead'; readonly isNegative: boolean; end: number }
  /** Goes on only if something was read since the slot was saved: no endless empty rounds. */
  | { readonly kind: 'progress'; readonly slot: number }
  | { readonly kind: 'match' }

export interface RegexMatch {
  readonly index: number
  /** After the last character. */
  readonly end: number
  /** The whole match, then each group's text. */
  readonly groups: readonly (string | undefined)[]
  readonly named: ReadonlyMap<string, string | undefined>
}

const PATTERN_MAX = 2000
const STEPS_MAX = 4000
/** Longer texts have no match: so that steps × characters × nested repetitions stay below this. */
const WORK_MAX = 2_000_000
const TEXT_MAX = 10_000
/** Looking ahead walks the text once more at each place. */
const TEXT_AHEAD_MAX = 1000
const MATCHES_MAX = 200

export class LinearRegex {
  readonly #program: Program
  readonly #slots: number
  readonly #groupCount: number
  readonly #names: ReadonlyMap<string, number>
  readonly #isMultiline: boolean
  #work = 0
  /** A text with more characters has no match. */
  readonly #textMax: number

  private constructor(source: string, flags: string) {
    const { node, groupCount, names } = parseRegex(source, flags)
    const compiler = new Compiler(2 * (groupCount + 1))
    this.#program = compiler.compile(node)
    this.#slots = compiler.slots
    this.#groupCount = groupCount
    this.#names = names
    this.#isMultiline = flags.includes('m')
    const { steps, nested } = this.#program
    const looksAhead = steps.some(({ kind }) => kind === 'ahead')
    const most = looksAhead ? TEXT_AHEAD_MAX : TEXT_MAX
    this.#textMax = Math.min(most, Math.floor(WORK_MAX / (steps.length * (nested + 1))))
  }

  /** Steps that were taken so far, over all texts; one is about 50 ns. */
  get work(): number {
    return this.#work
  }

  /**
   * @param flags `i`, `m`, `s`; others mean nothing here
   * @returns the expression, or why it is not taken: a sentence's end (`refers back to a group`)
   */
  static from(source: string, flags = ''): LinearRegex | string {
    if (source.length > PATTERN_MAX) return `is longer than ${PATTERN_MAX} characters`
    try {
      const kept = [...new Set(flags)].filter((flag) => 'ims'.includes(flag)).join('')
      // Throws where it is malformed; making one is quick whatever the pattern.
      const checked = new RegExp(source, kept)
      return new LinearRegex(checked.source, kept)
    } catch (error) {
      if (error instanceof RegexRefused) return error.message
      return error instanceof SyntaxError ? 'is not well formed' : 'cannot be read'
    }
  }

  test(text: string): boolean {
    return this.exec(text) !== undefined
  }

  /** The first match from a place on. */
  exec(text: string, from = 0): RegexMatch | undefined {
    if (text.length > this.#textMax) return undefined
    const run = new Run(this.#program, text, this.#isMultiline)
    for (let start = from; start <= text.length; start++) {
      const slots = run.from(0, start, new Array<number>(this.#slots).fill(-1))
      this.#work += run.work
      run.work = 0
      if (slots !== undefined) return this.#match(text, start, slots)
    }
    return undefined
  }

  /** The matches one after the other, the first 200 of them. */
  *all(text: string): Generator<RegexMatch> {
    let from = 0
    for (let count = 0; count < MATCHES_MAX; count++) {
      const found = this.exec(text, from)
      if (found === undefined) return
      yield found
      from = found.end > found.index ? found.end : found.end + 1
    }
  }

  #match(text: string, index: number, slots: readonly number[]): RegexMatch {
    const group = (number: number): string | undefined => {
      const start = slots[2 * number]!
      const end = slots[2 * number + 1]!
      return start < 0 || end < 0 ? undefined : text.slice(start, end)
    }
    const groups = [text.slice(index, slots[1])]
    const rest = Array.from({ length: this.#groupCount }, (_, i) => group(i + 1))
    const named = new Map([...this.#names].map(([name, number]) => [name, group(number)]))
    return { index, end: slots[1]!, groups: [...groups, ...rest], named }
  }
}

interface Program {
  readonly steps: readonly Step[]
  /** Of each step, the slots where rounds of the repetitions around it began, the outermost first. */
  readonly rounds: readonly (readonly number[])[]
  /** Most repetitions around one step. */
  readonly nested: number
}

class Compiler {
  readonly steps: Step[] = []
  slots: number
  readonly #rounds: (readonly number[])[] = []
  #around: readonly number[] = []

  constructor(slots: number) {
    this.slots = slots
  }

  compile(node: Node): Program {
    this.#add(node)
    this.#push({ kind: 'match' })
    const nested = Math.max(...this.#rounds.map(({ length }) => length))
    return { steps: this.steps, rounds: this.#rounds, nested }
  }

  #push(step: Step): void {
    this.steps.push(step)
    this.#rounds.push(this.#around)
  }

  #add(node: Node): void {
    if (this.steps.length > STEPS_MAX) throw new RegexRefused('repeats too much')
    switch (node.kind) {
      case 'character':
      case 'assert':
        this.#push(node)
        return
      case 'sequence':
        for (const part of node.parts) this.#add(part)
        return
      case 'choice':
        this.#choice(node.parts)
        return
      case 'group':
        this.#push({ kind: 'save', slot: 2 * node.index })
        this.#add(node.node)
        this.#push({ kind: 'save', slot: 2 * node.index + 1 })
        return
      case 'ahead': {
        const step: Step = { kind: 'ahead', isNegative: node.isNegative, end: 0 }
        this.#push(step)
        this.#add(node.node)
        this.#push({ kind: 'match' })
        step.end = this.steps.length
        return
      }
      case 'repeat':
        this.#repeat(node)
        return
    }
  }

  #choice(parts: readonly Node[]): void {
    const ends: { to: number }[] = []
    for (const [index, part] of parts.entries()) {
      if (index === parts.length - 1) {
        this.#add(part)
        break
      }
      const fork = this.#fork()
      fork.first = this.steps.length
      this.#add(part)
      const jump: Step = { kind: 'jump', to: 0 }
      this.#push(jump)
      ends.push(jump)
      fork.second = this.steps.length
    }
    for (const end of ends) end.to = this.steps.length
  }

  #repeat({ node, min, max, isLazy }: Extract<Node, { kind: 'repeat' }>): void {
    if (min > STEPS_MAX || (max !== Infinity && max > STEPS_MAX))
      throw new RegexRefused('repeats too much')
    for (let i = 0; i < min; i++) this.#add(node)
    if (max === Infinity) {
      const start = this.steps.length
      this.#optional(node, isLazy, () => this.#push({ kind: 'jump', to: start }))
      return
    }
    const open: (() => void)[] = []
    for (let i = min; i < max; i++) open.push(this.#begin(node, isLazy))
    for (const close of open.toReversed()) close()
  }

  #optional(node: Node, isLazy: boolean, after: () => void): void {
    const close = this.#begin(node, isLazy)
    after()
    close()
  }

  /** A fork around `node`, which the caller closes once all that belongs inside is added. */
  #begin(node: Node, isLazy: boolean): () => void {
    const fork = this.#fork()
    const inside = this.steps.length
    const slot = this.slots++
    this.#push({ kind: 'save', slot })
    const around = this.#around
    this.#around = [...around, slot]
    this.#add(node)
    this.#push({ kind: 'progress', slot })
    this.#around = around
    return () => {
      fork.first = isLazy ? this.steps.length : inside
      fork.second = isLazy ? inside : this.steps.length
    }
  }

  #fork(): { first: number; second: number } {
    const fork: Step = { kind: 'fork', first: 0, second: 0 }
    this.#push(fork)
    return fork
  }
}

/** Following a program through one text. What failed is remembered over all starts. */
class Run {
  work = 0
  readonly #program: Program
  readonly #text: string
  readonly #isMultiline: boolean
  readonly #failed: Uint8Array

  constructor(program: Program, text: string, isMultiline: boolean) {
    this.#program = program
    this.#text = text
    this.#isMultiline = isMultiline
    this.#failed = new Uint8Array(
      Math.ceil((program.steps.length * (program.nested + 1) * (text.length + 1)) / 8),
    )
  }

  /** @returns the slots of the match; slot 1 has its end */
  from(step: number, place: number, slots: number[]): number[] | undefined {
    const forks: { step: number; place: number; slots: number[] }[] = [{ step, place, slots }]
    for (;;) {
      const next = forks.pop()
      if (next === undefined) return undefined
      const found = this.#follow(next.step, next.place, next.slots, forks)
      if (found !== undefined) return found
    }
  }

  #follow(
    first: number,
    from: number,
    slots: number[],
    forks: { step: number; place: number; slots: number[] }[],
  ): number[] | undefined {
    let at = first
    let place = from
    for (;;) {
      this.work++
      if (this.#wasHere(at, place, slots)) return undefined
      const step = this.#program.steps[at]!
      switch (step.kind) {
        case 'match':
          slots[1] = place
          return slots
        case 'character':
          if (place >= this.#text.length || !step.test.test(this.#text[place]!)) return undefined
          place++
          at++
          break
        case 'assert':
          if (!this.#holds(step.what, place)) return undefined
          at++
          break
        case 'save':
          slots = slots.slice()
          slots[step.slot] = place
          at++
          break
        case 'progress':
          if (slots[step.slot] === place) return undefined
          at++
          break
        case 'jump':
          at = step.to
          break
        case 'fork':
          forks.push({ step: step.second, place, slots })
          at = step.first
          break
        case 'ahead': {
          const inner = new Run(this.#program, this.#text, this.#isMultiline)
          const found = inner.from(at + 1, place, slots)
          this.work += inner.work
          if ((found !== undefined) === step.isNegative) return undefined
          if (found !== undefined) slots = found
          at = step.end
          break
        }
      }
    }
  }

  /** Marks that a step is tried at a place; true when it was already, and so failed. */
  #wasHere(step: number, place: number, slots: readonly number[]): boolean {
    const { steps, rounds, nested } = this.#program
    const around = rounds[step]!
    let idle = 0
    while (idle < around.length && slots[around[around.length - 1 - idle]!] === place) idle++
    const bit = (place * steps.length + step) * (nested + 1) + idle
    const index = bit >> 3
    const mask = 1 << (bit & 7)
    if ((this.#failed[index]! & mask) !== 0) return true
    this.#failed[index]! |= mask
    return false
  }

  #holds(what: '^' | '$' | 'b' | 'B', place: number): boolean {
    const before = this.#text[place - 1]
    const after = this.#text[place]
    switch (what) {
      case '^':
        return before === undefined || (this.#isMultiline && /[\n\r\u2028\u2029]/.test(before))
      case '$':
        return after === undefined || (this.#isMultiline && /[\n\r\u2028\u2029]/.test(after))
      case 'b':
        return isWord(before) !== isWord(after)
      case 'B':
        return isWord(before) === isWord(after)
    }
  }
}

function isWord(sign: string | undefined): boolean {
  return sign !== undefined && /\w/.test(sign)
}

/**
 * An expression as boards write it: `/…/flags`, or plain text that has to match from end to end.
 *
 * @returns as `LinearRegex.from`
 */
export function boardRegex(text: string): LinearRegex | string {
  const { source, flags } = regexParts(text)
  return LinearRegex.from(source, flags)
}

function regexParts(text: string): { readonly source: string; readonly flags: string } {
  const end = text.lastIndexOf('/')
  if (!text.startsWith('/') || end === 0 || !/^[a-z]{0,8}$/.test(text.slice(end + 1))) {
    return { source: `^${text}$`, flags: '' }
  }
  return { source: text.slice(1, end), flags: text.slice(end + 1) }
}
