import {
  type RulesTestFailure,
  type TestedAlert,
  type TestedSample,
  formatValue,
} from '@weir/server'
import { formatDuration } from '@weir/server/words'

/** How lines of a difference stand out. */
export interface Colours {
  readonly missing: (line: string) => string
  readonly unwanted: (line: string) => string
}

export const plain: Colours = { missing: (line) => line, unwanted: (line) => line }

export const paint: Colours = {
  missing: (line) => `\u001b[31m${line}\u001b[0m`,
  unwanted: (line) => `\u001b[32m${line}\u001b[0m`,
}

/**
 * A failure for people: what was asked, and a line for each alert or sample; `-` was expected and is not
 * there, `+` is there and was not expected.
 */
export function failureLines(failure: RulesTestFailure, colours: Colours): string[] {
  switch (failure.kind) {
    case 'error':
      return [failure.message]
    case 'alert':
      return [
        `${atLine(failure.line)}alert ${failure.alertName} at ${formatDuration(failure.evalMs)}: ${countsOf(failure, 'firing')}`,
        ...difference(failure.expected.map(alertLines), failure.got.map(alertLines), colours),
      ]
    case 'expr':
      return [
        `${atLine(failure.line)}${failure.expr} at ${formatDuration(failure.evalMs)}: ${countsOf(failure, 'in the answer')}`,
        ...difference(failure.expected.map(sampleLines), failure.got.map(sampleLines), colours),
      ]
    default:
      return failure satisfies never
  }
}

function atLine(line: number | undefined): string {
  return line === undefined ? '' : `line ${line}: `
}

interface Counted {
  readonly expected: readonly unknown[]
  readonly got: readonly unknown[]
}

function countsOf({ expected, got }: Counted, where: string): string {
  return `${expected.length} expected, ${got.length} ${where}`
}

/** Items that are on both sides stand unmarked; of those that differ, what is nearly the same comes together. */
function difference(expected: readonly Item[], got: readonly Item[], colours: Colours): string[] {
  const rest = [...got]
  const take = (fits: (other: Item) => boolean): Item | undefined => {
    const at = rest.findIndex(fits)
    return at < 0 ? undefined : rest.splice(at, 1)[0]
  }
  const same = expected.map((item) => take((other) => isEqual(item, other)))
  const lines = expected.flatMap((item, i) =>
    same[i] === undefined
      ? between(item, take(([head]) => head === item[0]) ?? [], colours)
      : item.map((line) => `  ${line}`),
  )
  return [...lines, ...rest.flatMap((item) => between([], item, colours))]
}

/** The lines of an alert or a sample; the first one names it. */
type Item = readonly string[]

function between(wanted: Item, found: Item, { missing, unwanted }: Colours): string[] {
  const common = wanted[0] !== undefined && wanted[0] === found[0] ? [`  ${wanted[0]}`] : []
  const [a, b] = common.length === 0 ? [wanted, found] : [wanted.slice(1), found.slice(1)]
  return [
    ...common,
    ...a.filter((line) => !b.includes(line)).map((line) => missing(`- ${line}`)),
    ...b.filter((line) => !a.includes(line)).map((line) => unwanted(`+ ${line}`)),
  ]
}

function isEqual(a: Item, b: Item): boolean {
  return a.length === b.length && a.every((line, i) => line === b[i])
}

function alertLines({ labels, annotations }: TestedAlert): string[] {
  const texts = Object.entries(annotations).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return [
    labelsText(labels),
    ...texts.map(([name, text]) => `    ${name}: ${JSON.stringify(text)}`),
  ]
}

function sampleLines({ labels, value, histogram }: TestedSample): string[] {
  return [labelsText(labels), `    ${histogram === '' ? formatValue(value) : histogram}`]
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const { __name__: name = '', ...rest } = labels
  const pairs = Object.entries(rest)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, text]) => `${label}=${JSON.stringify(text)}`)
  return name !== '' && pairs.length === 0 ? name : `${name}{${pairs.join(', ')}}`
}
