import { TemplateFailure } from '@weir/template'
import type { FormattedLabel } from '../ast.ts'
import { ParseError } from '../parse/parse-error.ts'
import { type LineTemplate, compileTemplate } from '../template/line-template.ts'
import { ERROR, type LineState } from './line-state.ts'
import type { StageRun } from './stage-run.ts'

/** `line_format "{{.level}} {{.msg}}"`: another line; a template that fails leaves it as it is, with an error. */
export function compileLineFormat(template: string, start: number): StageRun {
  const compiled = compileTemplate(template, 'line', start)
  return (state) => {
    const line = expanded(compiled, state)
    if (line !== undefined) state.line = line
    return true
  }
}

function expanded(template: LineTemplate, state: LineState): string | undefined {
  try {
    return template.expand(state)
  } catch (cause) {
    if (!(cause instanceof TemplateFailure)) throw cause
    state.setError('TemplateFormatErr', cause.message)
    return undefined
  }
}

/**
 * `label_format to=from, text="{{.a}}"`: renamed labels, and new ones. All templates of a stage see the labels
 * as they were at the first of them.
 */
export function compileLabelFormat(labels: readonly FormattedLabel[], start: number): StageRun {
  const names = labels.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) {
    throw new ParseError(`want each label once in label_format, got ${twice} twice`, start)
  }
  if (names.includes(ERROR)) throw new ParseError(`${ERROR} cannot be formatted`, start)
  const steps = labels.map((label) => ({
    label,
    template:
      label.kind === 'template' ? compileTemplate(label.template, 'label', label.start) : undefined,
  }))
  const templates = steps.flatMap(({ template }) => template ?? [])
  return (state) => {
    let texts: readonly (string | undefined)[] | undefined
    let at = 0
    for (const { label } of steps) {
      if (label.kind === 'rename') {
        rename(state, label.from, label.name)
        continue
      }
      texts ??= templates.map((template) => expanded(template, state))
      const text = texts[at++]
      if (text !== undefined) state.set('parsed', label.name, text)
    }
    return true
  }
}

function rename(state: LineState, from: string, to: string): void {
  const value = state.find(from)
  if (value === undefined) return
  state.set('parsed', to, value)
  state.drop(from)
}
