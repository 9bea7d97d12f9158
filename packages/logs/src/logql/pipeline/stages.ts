import type { Stage } from '../ast.ts'
import { compileDrop, compileKeep } from './chosen-labels.ts'
import { compileDecolorize } from './decolorize.ts'
import { compileLabelFormat, compileLineFormat } from './format-stages.ts'
import { compileChosenJson, compileJson } from './json-stage.ts'
import { compileFilter } from './label-filter.ts'
import { compileLineFilter } from './line-filter.ts'
import { compileChosenLogfmt, compileLogfmt } from './logfmt-stage.ts'
import { compilePattern } from './pattern.ts'
import { compileRegexp } from './regexp-stage.ts'
import type { StageRun } from './stage-run.ts'
import { compileUnpack } from './unpack-stage.ts'
import { ALL_WANTED, type Wanted } from './wanted.ts'

/**
 * The stages of a query as functions, in order.
 *
 * @param start where the query begins, to point there for what has no place of its own
 * @throws {ParseError} for a regular expression, pattern, path, template or address that cannot be read
 */
export function compileStages(
  stages: readonly Stage[],
  start: number,
  wanted: Wanted = ALL_WANTED,
): readonly StageRun[] {
  return stages.map((stage) => compileStage(stage, start, wanted))
}

function compileStage(stage: Stage, start: number, wanted: Wanted): StageRun {
  switch (stage.kind) {
    case 'line':
      return compileLineFilter(stage)
    case 'json':
      return stage.labels.length === 0
        ? compileJson(wanted)
        : compileChosenJson(stage.labels, wanted)
    case 'logfmt':
      return stage.labels.length === 0
        ? compileLogfmt(stage, wanted)
        : compileChosenLogfmt(stage.labels, stage, wanted)
    case 'pattern':
      return compilePattern(stage.text, stage.start, wanted)
    case 'regexp':
      return compileRegexp(stage.text, stage.start, wanted)
    case 'unpack':
      return compileUnpack()
    case 'decolorize':
      return compileDecolorize()
    case 'filter':
      return compileFilter(stage.filter, start)
    case 'drop':
      return compileDrop(stage.labels, start)
    case 'keep':
      return compileKeep(stage.labels, start)
    case 'line_format':
      return compileLineFormat(stage.template, stage.start)
    case 'label_format':
      return compileLabelFormat(stage.labels, start)
    default:
      return stage satisfies never
  }
}
