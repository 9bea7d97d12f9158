import { type Matcher, WeirError } from '@weir/model'
import { valueTest } from '@weir/promql'
import type { ComparisonOperator, LabelFilter, QuantityFilter } from '../ast.ts'
import { ParseError } from '../parse/parse-error.ts'
import {
  floatFault,
  goDurationFault,
  goDurationNs,
  goFloat,
  sizeBytes,
  sizeFault,
} from '../quantities.ts'
import { compileIpFilter } from './ip.ts'
import type { StageRun } from './stage-run.ts'

/**
 * Conditions on labels. A value that is no number, duration or size lets its line pass, with `__error__` set,
 * so that nobody takes a line with a typo for one that is not there; a label that is absent does not.
 *
 * @param start where to point for a regular expression that cannot be read
 */
export function compileFilter(filter: LabelFilter, start: number): StageRun {
  switch (filter.kind) {
    case 'and': {
      const [left, right] = [compileFilter(filter.left, start), compileFilter(filter.right, start)]
      // Both are asked, whatever the first one says: each may have an error to tell.
      return (state) => {
        const isLeft = left(state)
        return right(state) && isLeft
      }
    }
    case 'or': {
      const [left, right] = [compileFilter(filter.left, start), compileFilter(filter.right, start)]
      return (state) => left(state) || right(state)
    }
    case 'string': {
      const { name } = filter.matcher
      const test = matcherTest(filter.matcher, start)
      return (state) => test(state.get(name))
    }
    case 'ip': {
      const { name, operator } = filter
      const ip = compileIpFilter(filter.text, filter.start)
      return (state) => {
        if (state.error !== '') return true
        const value = state.find(name)
        return value !== undefined && ip.isIn(value) === (operator === '=')
      }
    }
    case 'number':
    case 'duration':
    case 'bytes':
      return compileQuantity(filter)
    default:
      return filter satisfies never
  }
}

/** What a matcher asks of a value, anchored on both sides. */
export function matcherTest(matcher: Matcher, start: number): (value: string) => boolean {
  try {
    return valueTest(matcher)
  } catch (cause) {
    throw cause instanceof WeirError ? new ParseError(cause.message, start) : cause
  }
}

const READERS = {
  number: { read: goFloat, fault: floatFault },
  duration: { read: goDurationNs, fault: goDurationFault },
  bytes: { read: sizeBytes, fault: sizeFault },
} as const

function compileQuantity({ kind, name, operator, value }: QuantityFilter): StageRun {
  const { read, fault } = READERS[kind]
  const compare = comparison(operator)
  return (state) => {
    const text = state.find(name)
    if (text === undefined) return false
    const found = read(text)
    if (found !== undefined) return compare(found, value)
    if (state.error === '') state.setError('LabelFilterErr', fault(text))
    return true
  }
}

function comparison(operator: ComparisonOperator): (a: number, b: number) => boolean {
  switch (operator) {
    case '==':
      return (a, b) => a === b
    case '!=':
      return (a, b) => a !== b
    case '>':
      return (a, b) => a > b
    case '>=':
      return (a, b) => a >= b
    case '<':
      return (a, b) => a < b
    case '<=':
      return (a, b) => a <= b
    default:
      return operator satisfies never
  }
}
