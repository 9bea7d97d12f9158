/** The whole way from a panel's answers to what it draws. */
import type { Panel } from './dashboard.ts'
import { applyFieldConfig } from './field/apply-config.ts'
import type { Frame } from './frame.ts'
import type { Answer } from './frames/answer.ts'
import { framesOf } from './frames/frames-of.ts'
import type { Note } from './note.ts'
import { applyTransformations } from './transform/apply.ts'

export interface PanelFrames {
  readonly frames: readonly Frame[]
  /** Transformations that are not known, or failed. */
  readonly notes: readonly Note[]
  /** Why there is nothing to draw; unset when there is something. */
  readonly empty?: string
  /** Whose doing that is. */
  readonly emptyBy?: 'queries' | 'transformations'
}

/**
 * Frames from answers, transformed and configured.
 *
 * @param text fills the dashboard's variables into a text
 * @param timeZone of dates that transformations write
 */
export function panelFrames(
  panel: Pick<Panel, 'transformations' | 'fieldConfig'>,
  answers: readonly Answer[],
  { text, timeZone }: { readonly text: (template: string) => string; readonly timeZone: string },
): PanelFrames {
  const raw = framesOf(answers, text)
  const { frames: transformed, notes } = applyTransformations(raw, panel.transformations, {
    text,
    timeZone,
  })
  const frames = applyFieldConfig(transformed, panel.fieldConfig, text)
  return { frames, notes, ...whyEmpty(raw, frames) }
}

const rowCount = (frames: readonly Frame[]): number =>
  frames.reduce((sum, { length }) => sum + length, 0)

function whyEmpty(
  raw: readonly Frame[],
  drawn: readonly Frame[],
): Pick<PanelFrames, 'empty' | 'emptyBy'> {
  if (rowCount(drawn) > 0) return {}
  if (rowCount(raw) === 0) {
    return { empty: 'The queries found no series in this time range', emptyBy: 'queries' }
  }
  const found = rowCount(raw) === 1 ? 'one value' : `${rowCount(raw)} values`
  const empty = `The queries found ${found}; the panel's transformations leave nothing of it`
  return { empty, emptyBy: 'transformations' }
}
