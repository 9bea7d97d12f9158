import { levelOf } from '@weir/model'
import { valueTest } from '@weir/promql'
import { RE2JS } from 're2js'
import type { LineCondition, LogLines } from './source.ts'

/** Whether a line meets a condition, exactly. */
export type LineTest = (lines: LogLines, i: number) => boolean

function lineTest(condition: LineCondition): LineTest {
  switch (condition.kind) {
    case 'contains':
      return (lines, i) => lines.line(i).includes(condition.text)
    case 'matches': {
      const regex = RE2JS.compile(condition.regex)
      return (lines, i) => regex.test(lines.line(i))
    }
    case 'value': {
      const { name, operator, value } = condition
      const test = valueTest({ name, operator, value })
      if (condition.isOwn === true) return (lines, i) => test(lines.field(i, name) ?? '')
      return (lines, i) => test(lineValue(lines, i, name))
    }
    case 'number': {
      const test = numberTest(condition.operator, condition.value)
      return (lines, i) => {
        const value = lineValue(lines, i, condition.name)
        return value !== '' && test(Number(value))
      }
    }
    case 'not': {
      const test = lineTest(condition.of)
      return (lines, i) => !test(lines, i)
    }
    case 'any': {
      const tests = condition.of.map(lineTest)
      return (lines, i) => tests.some((test) => test(lines, i))
    }
    case 'all':
      return allTests(condition.of)
    default:
      return condition satisfies never
  }
}

/** Whether a line meets all conditions. */
export function allTests(conditions: readonly LineCondition[]): LineTest {
  const tests = conditions.map(lineTest)
  return (lines, i) => tests.every((test) => test(lines, i))
}

/** What a line is known by under a name, '' for nothing: see `LogSource` for the order. */
export function lineValue(lines: LogLines, i: number, name: string): string {
  const label = lines.stream(i).labels.get(name)
  if (label !== '') return label
  if (name === 'detected_level') return levelOf(lines.severity(i))
  const metadata = lines.metadata(i)
  for (let at = 0; at < metadata.length; at += 2)
    if (metadata[at] === name) return metadata[at + 1]!
  return name === 'level' ? levelOf(lines.severity(i)) : (lines.field(i, name) ?? '')
}

export function numberTest(
  operator: (LineCondition & { kind: 'number' })['operator'],
  than: number,
): (value: number) => boolean {
  switch (operator) {
    case '>':
      return (value) => value > than
    case '>=':
      return (value) => value >= than
    case '<':
      return (value) => value < than
    case '<=':
      return (value) => value <= than
    case '==':
      return (value) => value === than
    case '!=':
      return (value) => value !== than
    default:
      return operator satisfies never
  }
}
