import { type Labels, METRIC_NAME } from '@weir/model'
import { type Call, stringOf } from '../ast.ts'
import { compileRegex } from '../regex.ts'
import { type Evaluation, type Steps, executionError } from './evaluation.ts'
import type { Emit } from './emit.ts'
import { unmarked } from './metric-name.ts'
import { SeriesCollector } from './series-stream.ts'

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
  const expand = remembering((text) => regex.expand(text, replacement, VALUE_LENGTH_MAX))
  relabelled(evaluation, call, steps, emit, (labels) => {
    const value = expand(labels.get(source))
    if (value === undefined) return labels
    checkLength(value.length, 'label_replace')
    return set(labels, destination, value)
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
    const values = sources.map((source) => labels.get(source))
    const length = values.reduce((sum, value) => sum + separator.length + value.length, 0)
    checkLength(length - separator.length, 'label_join')
    return set(labels, destination, values.join(separator))
  })
}

/** Longest label value that a function may make: nested calls could double it at each level. */
const VALUE_LENGTH_MAX = 64 * 1024

function checkLength(length: number, call: string): void {
  if (length <= VALUE_LENGTH_MAX) return
  throw executionError(`label value of more than ${VALUE_LENGTH_MAX} characters in ${call}()`)
}

/** Answers kept of one call, and the length of a text with its answer that is kept. */
const REMEMBERED_MAX = 1000
const REMEMBERED_LENGTH_MAX = 500

/** A label has few values and many series: each value meets the regular expression once. */
function remembering(
  answer: (text: string) => string | undefined,
): (text: string) => string | undefined {
  const known = new Map<string, string | undefined>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined || known.has(text)) return before
    const found = answer(text)
    if (text.length + (found?.length ?? 0) > REMEMBERED_LENGTH_MAX) return found
    if (known.size >= REMEMBERED_MAX) known.clear()
    known.set(text, found)
    return found
  }
}

/** Any text that is UTF-8 and not empty. */
export function isValidName(name: string): boolean {
  return name !== '' && !/[\ud800-\udfff]/u.test(name)
}

/** Label names are any text that is not empty, since Prometheus 3. */
function checkName(name: string, what: string, call: string): void {
  if (isValidName(name)) return
  throw executionError(`invalid ${what} label name in ${call}(): ${name}`)
}

function set(labels: Labels, name: string, value: string): Labels {
  // A name that is written is no longer one to be dropped.
  const kept = name === METRIC_NAME ? unmarked(labels) : labels
  return kept.get(name) === value ? kept : kept.with(name, value)
}

function relabelled(
  evaluation: Evaluation,
  call: Call,
  steps: Steps,
  emit: Emit,
  change: (labels: Labels) => Labels,
): void {
  const collector = new SeriesCollector(evaluation)
  evaluation.vector(call.args[0]!, steps, (labels, values, present, histograms) => {
    if (!present.includes(1)) return
    const changed = change(labels)
    // The changed labels and the key, which is nearly as long as they are.
    evaluation.holdText(changed.key())
    evaluation.holdText(changed.key())
    collector.add(changed, values, present, histograms)
  })
  collector.flush(emit)
}
