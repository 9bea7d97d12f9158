import type { PlacedPanel } from '@weir/boards'
import type { PanelMark, TargetAnswer } from '../panels/panel-props.ts'
import type { BoardTime } from './board-time.ts'
import type { BoardFeed } from './feed.ts'
import type { Asked, Comparison } from './panel-questions.ts'

/** What all panels of a board share; a new one only when something of it has changed. */
export interface BoardLook {
  readonly uid: string
  readonly feed: BoardFeed<readonly Asked[]>
  readonly time: BoardTime
  readonly timeZone: string
  readonly dark: boolean
  readonly compare: Comparison | undefined
  readonly crosshair: string | undefined
  readonly isTooltipShared: boolean
  readonly marks: readonly PanelMark[]
  /** Told what a panel was told, for an editor. */
  readonly onTold: ((placed: PlacedPanel, answers: readonly TargetAnswer[]) => void) | undefined
  readonly onZoom: (fromMs: number, toMs: number) => void
  readonly onVariable: (name: string, value: string | readonly string[]) => void
  /** Shows one panel alone; undefined: all of them again. */
  readonly onView: (key: string | undefined) => void
}
