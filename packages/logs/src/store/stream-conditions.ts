import type { Labels } from '@weir/model'
import { valueTest } from '@weir/promql'
import { numberTest } from '../line-test.ts'
import type { LineCondition, LogStream } from '../source.ts'

/** Streams for whose lines the same conditions are left once their labels are known. */
export interface StreamGroup {
  readonly streams: readonly LogStream[]
  readonly conditions: readonly LineCondition[]
}

/** Decides what labels decide; streams that can have no line that meets the conditions are left out. */
export function groupStreams(
  streams: readonly LogStream[],
  conditions: readonly LineCondition[],
): StreamGroup[] {
  const groups = new Map<string, { streams: LogStream[]; conditions: readonly LineCondition[] }>()
  for (const stream of streams) {
    const left = conditionsFor(stream.labels, conditions)
    if (left === undefined) continue
    const key = JSON.stringify(left)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { streams: [stream], conditions: left })
    else group.streams.push(stream)
  }
  return [...groups.values()]
}

/** What is left of conditions that must all hold; undefined when one cannot. */
function conditionsFor(
  labels: Labels,
  conditions: readonly LineCondition[],
): LineCondition[] | undefined {
  const left: LineCondition[] = []
  for (const condition of conditions) {
    const known = decided(labels, condition)
    if (known === false) return undefined
    if (known !== true) left.push(known)
  }
  return left
}

function decided(labels: Labels, condition: LineCondition): LineCondition | boolean {
  switch (condition.kind) {
    case 'contains':
    case 'matches':
      return condition
    case 'value': {
      const value = condition.isOwn === true ? '' : labels.get(condition.name)
      return value === '' ? condition : valueTest(condition)(value)
    }
    case 'number': {
      const value = labels.get(condition.name)
      return value === ''
        ? condition
        : numberTest(condition.operator, condition.value)(Number(value))
    }
    case 'not': {
      const inner = decided(labels, condition.of)
      return typeof inner === 'boolean' ? !inner : { kind: 'not', of: inner }
    }
    case 'all':
    case 'any': {
      const stops = condition.kind === 'any'
      const left: LineCondition[] = []
      for (const of of condition.of) {
        const known = decided(labels, of)
        if (known === stops) return stops
        if (typeof known !== 'boolean') left.push(known)
      }
      return left.length === 0 ? !stops : { kind: condition.kind, of: left }
    }
    default:
      return condition satisfies never
  }
}
