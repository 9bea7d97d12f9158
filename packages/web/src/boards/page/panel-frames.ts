import {
  type Field,
  type Frame,
  type Note,
  type PlacedPanel,
  interpolate,
  panelFrames,
} from '@weir/boards'
import type { TargetAnswer } from '../panels/panel-props.ts'
import { COMPARISONS, type Comparison, framesInput } from './panel-questions.ts'

/** What a panel draws. */
export interface Drawn {
  readonly frames: readonly Frame[]
  readonly notes: readonly Note[]
  /** Why there is nothing; undefined where there is something. */
  readonly empty: string | undefined
  /** Whose doing that is. */
  readonly emptyBy: 'queries' | 'transformations' | undefined
}

/** Frames of what was asked for now, and behind them those of earlier, moved here and dashed. */
export function drawnOf(
  { panel, scope }: PlacedPanel,
  answers: readonly TargetAnswer[],
  timeZone: string,
  compare: Comparison | undefined,
): Drawn {
  const around = { text: (template: string) => interpolate(template, scope), timeZone }
  const now = answers.filter(({ shiftMs }) => shiftMs === 0)
  const { frames, notes, empty, emptyBy } = panelFrames(panel, framesInput(now), around)
  const before = answers.filter(({ shiftMs }) => shiftMs > 0)
  if (compare === undefined || before.length === 0) return { frames, notes, empty, emptyBy }
  const { ms, words } = COMPARISONS[compare]
  const earlier = panelFrames(panel, framesInput(before), around).frames.map((frame) => ({
    ...frame,
    fields: frame.fields.map((field) => movedField(field, ms, words)),
  }))
  return { frames: [...frames, ...earlier], notes, empty, emptyBy }
}

function movedField(field: Field, ms: number, words: string): Field {
  if (field.type === 'time') {
    return {
      ...field,
      values: Float64Array.from(field.values as ArrayLike<number>, (at) => at + ms),
    }
  }
  if (field.type !== 'number') return field
  const { custom } = field.config
  return {
    ...field,
    displayName: `${field.displayName ?? field.name}, ${words}`,
    config: {
      ...field.config,
      custom: {
        ...custom,
        drawStyle: 'line',
        lineWidth: 1,
        fillOpacity: 0,
        showPoints: 'never',
        stacking: { mode: 'none' },
        lineStyle: { fill: 'dash', dash: [4, 4] },
      },
    },
  }
}
