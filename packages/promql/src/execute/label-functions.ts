import { Labels } from '@weir/model'
import { type Call, stringOf } from '../ast.ts'
import { compileRegex } from '../regex.ts'
import { type Evaluation, type Steps, executionError } from './evaluation.ts'
import type { Emit } from './emit.ts'
import { sameLabelsError } from './series-stream.ts'

/** `label_replace(v, dst, replacement, src, regex)`: sets a label from a part of another one. */
export function streamLabelReplace(
  evaluation: Evaluation,
  call: Call,
  steps: Steps,
  emit: Emit,
): void {
  const [destination = '', replacement = '', source = '', pattern = ''] = call.args
    .slice(1)
    .map(stringOf)
  const regex = compileRegex(pattern)
  if (typeof regex === 'string') {
    throw executionError(`invalid regular expression in label_replace(): ${pattern}`)
  }
  checkName(destination, 'destination', 'label_replace')
  relabelled(evaluation, call, steps, emit, (labels) => {
    const value = regex.expand(labels.get(source), replacement)
    return value === undefined ? labels : set(labels, destination, value)
  })
}

/** `label_join(v, dst, separator, src…)`: sets a label to others, joined. */
export function streamLabelJoin(
  evaluation: Evaluation,
  call: Call,
  steps: Steps,
  emit: Emit,
): void {
  const [destination = '', separator = '', ...sources] = call.args.slice(1).map(stringOf)
  for (const source of sources) checkName(source, 'source', 'label_join')
  checkName(destination, 'destination', 'label_join')
  relabelled(evaluation, call, steps, emit, (labels) => {
    const value = sources.map((source) => labels.get(source)).join(separator)
    return set(labels, destination, value)
  })
}

/** Label names are any text that is not empty, since Prometheus 3. */
function checkName(name: string, what: string, call: string): void {
  if (name === '') throw executionError(`invalid ${what} label name in ${call}(): ${name}`)
}

function set(labels: Labels, name: string, value: string): Labels {
  return labels.get(name) === value ? labels : Labels.fromFlat([...labels.flat, name, value])
}

function relabelled(
  evaluation: Evaluation,
  call: Call,
  steps: Steps,
  emit: Emit,
  change: (labels: Labels) => Labels,
): void {
  const seen = new Set<string>()
  evaluation.vector(call.args[0]!, steps, (labels, values, present) => {
    if (!present.includes(1)) return
    const changed = change(labels)
    // Prometheus 3.5 does not join series here, not even those that never meet.
    if (seen.has(changed.key())) throw sameLabelsError()
    seen.add(changed.key())
    emit(changed, values, present)
  })
}
