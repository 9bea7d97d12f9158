import { parseDuration } from '../parse/duration.ts'
import { WeirError } from '@weir/model'
import { Mismatch } from './mismatch.ts'

/** A command with the lines below it. */
export interface Command {
  /** Line of the script, from 1. */
  readonly line: number
  readonly head: string
  readonly body: readonly string[]
}

const HEAD = /^(?:load|load_with_nhcb|clear|eval|eval_\w+)(?:\s|$)/

/** Commands begin at the margin; an empty line or a comment ends the lines that belong to one. */
export function commandsOf(text: string): Command[] {
  const commands: (Command & { readonly body: string[] })[] = []
  let isOpen = false
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) isOpen = false
    else if (isOpen && !HEAD.test(raw)) commands.at(-1)!.body.push(line)
    else {
      commands.push({ line: index + 1, head: line, body: [] })
      isOpen = true
    }
  }
  return commands
}

/** What an `expect` line says, or the older `eval_fail` and its sisters. */
interface Expectation {
  readonly what: 'fail' | 'warn' | 'no_warn' | 'info' | 'no_info' | 'ordered'
  fits(message: string): boolean
  readonly shown: string
}

export interface Evaluation {
  readonly expr: string
  readonly startMs: number
  readonly endMs: number
  /** 0 for an instant query. */
  readonly stepMs: number
  readonly expectations: readonly Expectation[]
  /** The string wanted, where one is. */
  readonly text: string | undefined
  /** Times of a range vector that is wanted from an instant query. */
  readonly vectorTimes:
    | { readonly startMs: number; readonly endMs: number; readonly stepMs: number }
    | undefined
  /** The series wanted, a line each; a number alone is a scalar. */
  readonly wanted: readonly string[]
}

const INSTANT = /^eval(?:_(fail|warn|ordered|info))?\s+instant\s+at\s+(\S+)\s+(.+)$/
const RANGE =
  /^eval(?:_(fail|warn|info))?\s+range\s+from\s+(\S+)\s+to\s+(\S+)\s+step\s+(\S+)\s+(.+)$/
const EXPECT = /^expect\s+(ordered|fail|warn|no_warn|info|no_info)(?:\s+(msg|regex):(.+))?$/
const EXPECT_VECTOR = /^expect\s+range\s+vector\s+from\s+(\S+)\s+to\s+(\S+)\s+step\s+(\S+)$/
const EXPECT_STRING = /^expect\s+string\s+(.+)$/

export function readEvaluation({ head, body }: Command): Evaluation {
  const instant = INSTANT.exec(head)
  const range = RANGE.exec(head)
  if (instant === null && range === null) {
    throw new Mismatch(
      `want "eval instant at TIME QUERY" or "eval range from TIME to TIME step STEP QUERY", got "${head}"`,
    )
  }
  const [startMs, endMs, stepMs] =
    range === null
      ? [timeOf(instant![2]!), timeOf(instant![2]!), 0]
      : [timeOf(range[2]!), timeOf(range[3]!), timeOf(range[4]!)]
  const flag = (instant ?? range)![1] as Expectation['what'] | undefined
  const expectations: Expectation[] = flag === undefined ? [] : [anything(flag)]
  const wanted: string[] = []
  let text: string | undefined
  let vectorTimes: Evaluation['vectorTimes']
  for (const line of body) {
    const vector = EXPECT_VECTOR.exec(line)
    const string = EXPECT_STRING.exec(line)
    const older = /^expected_fail_(message|regexp)\s+(.+)$/.exec(line)
    if (vector !== null) {
      const [from, to, step] = vector.slice(1).map(timeOf)
      vectorTimes = { startMs: from!, endMs: to!, stepMs: step! }
    } else if (string !== null) text = readString(string[1]!)
    else if (older !== null) {
      expectations.push(
        older[1] === 'regexp' ? pattern('fail', older[2]!) : exactly('fail', older[2]!),
      )
    } else if (/^expect\s/.test(line)) expectations.push(readExpectation(line))
    else wanted.push(line)
  }
  // A string alone, as our own scripts have it.
  if (text === undefined && wanted.length === 1 && /^["'`]/.test(wanted[0]!)) {
    text = readString(wanted.pop()!)
  }
  const expr = instant?.[3] ?? range![5]!
  return { expr, startMs, endMs, stepMs, expectations, text, vectorTimes, wanted }
}

function timeOf(text: string): number {
  try {
    return parseDuration(text)
  } catch (error) {
    if (!(error instanceof WeirError)) throw error
    throw new Mismatch(error.message, { cause: error })
  }
}

function readString(literal: string): string {
  try {
    return literal.startsWith('"')
      ? (JSON.parse(literal) as string)
      : literal.trim().replaceAll(/^[`']|[`']$/g, '')
  } catch (error) {
    throw new Mismatch(`want a string, got ${literal}`, { cause: error })
  }
}

function readExpectation(line: string): Expectation {
  const found = EXPECT.exec(line)
  if (found === null) {
    throw new Mismatch(
      `want "expect fail|warn|info|no_warn|no_info|ordered [msg:TEXT|regex:PATTERN]", got "${line}"`,
    )
  }
  const what = found[1] as Expectation['what']
  if (found[2] === undefined) return anything(what)
  return found[2] === 'regex' ? pattern(what, found[3]!.trim()) : exactly(what, found[3]!.trim())
}

function anything(what: Expectation['what']): Expectation {
  return { what, fits: () => true, shown: '' }
}

function pattern(what: Expectation['what'], source: string): Expectation {
  let regex: RegExp
  try {
    regex = new RegExp(source)
  } catch (error) {
    throw new Mismatch(`cannot read the pattern "${source}"`, { cause: error })
  }
  return { what, fits: (message) => regex.test(message), shown: source }
}

const PLACE = / \(\d+:\d+\)$/

/** The place behind an annotation may be left out. */
function exactly(what: Expectation['what'], text: string): Expectation {
  return {
    what,
    fits: (message) => message === text || message.replace(PLACE, '') === text,
    shown: text,
  }
}
