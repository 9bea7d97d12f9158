import { displayOf, formattedText, seriesColorOf } from '@weir/boards'
import type UPlot from 'uplot'
import { fullTimeIn } from '../../zoned-time.ts'
import type { PanelExemplar, PanelMark } from '../panel-props.ts'
import type { Series } from './series-table.ts'

/** What a tooltip is about. */
export interface TipSource {
  readonly series: readonly Series[]
  readonly hidden: ReadonlySet<string>
  readonly marks: readonly PanelMark[]
  readonly exemplars: readonly PanelExemplar[]
  readonly dark: boolean
  readonly timeZone: string
  readonly mode: 'single' | 'multi' | 'none'
  readonly sort: 'none' | 'asc' | 'desc'
}

interface TipRow {
  readonly name: string
  readonly color: string
  readonly text: string
  readonly isPointed: boolean
}

export interface Tip {
  readonly when: string
  readonly rows: readonly TipRow[]
  /** Rows that are left out. */
  readonly more: number
  readonly marks: readonly {
    readonly title: string
    readonly text: string
    readonly color: string
  }[]
  readonly exemplars: readonly string[]
}

const ROWS_MAX = 16
const MARKS_MAX = 4
/** So near the pointer has to come to a mark, in pixels. */
const REACH = 6

/** What stands under the crosshair at one row of the table; undefined where there is nothing to say. */
export function tipAt(
  source: TipSource,
  u: UPlot,
  row: number,
  focused: number | undefined,
): Tip | undefined {
  const { series, hidden, dark, timeZone, mode, sort } = source
  if (mode === 'none') return undefined
  const pointed = focused ?? nearest(source, u, row)
  const all = series.flatMap(({ field, name, style, values }, place) => {
    const value = values[row] ?? null
    if (value === null || hidden.has(name) || style.hideFrom.viz || style.hideFrom.tooltip)
      return []
    if (mode === 'single' && place !== pointed) return []
    const text = formattedText(displayOf(field, { dark, timeZone })(value))
    return [{ name, value, color: seriesColorOf(field, dark), text, isPointed: place === pointed }]
  })
  const sorted =
    sort === 'none' && all.length <= ROWS_MAX
      ? all
      : all.toSorted((a, b) => (sort === 'asc' ? a.value - b.value : b.value - a.value))
  const rows = sorted.filter(({ isPointed }, i) => i < ROWS_MAX || isPointed)
  return {
    when: fullTimeIn(u.data[0][row]! * 1000, timeZone),
    rows,
    more: sorted.length - rows.length,
    marks: nearMarks(source, u),
    exemplars: nearExemplars(source, u),
  }
}

/** The series whose value lies nearest to the pointer. */
function nearest({ series, hidden }: TipSource, u: UPlot, row: number): number | undefined {
  const top = u.cursor.top ?? -1
  let best: number | undefined
  let distance = Infinity
  for (const [place, { drawn, name, style }] of series.entries()) {
    const value = drawn[row] ?? null
    if (value === null || hidden.has(name) || style.hideFrom.viz) continue
    const away = top < 0 ? 0 : Math.abs(u.valToPos(value, u.series[place + 1]!.scale!) - top)
    if (away < distance) {
      best = place
      distance = away
    }
  }
  return best
}

function nearMarks({ marks }: TipSource, u: UPlot): Tip['marks'] {
  const { atMs, reachMs } = pointerMs(u)
  return marks
    .filter((mark) => mark.atMs - reachMs <= atMs && (mark.endMs ?? mark.atMs) + reachMs >= atMs)
    .slice(0, MARKS_MAX)
}

function nearExemplars({ exemplars }: TipSource, u: UPlot): readonly string[] {
  const { atMs, reachMs } = pointerMs(u)
  return exemplars
    .filter((one) => Math.abs(one.atMs - atMs) <= reachMs)
    .slice(0, 2)
    .map(({ labels, value }) => {
      const named = Object.entries(labels).filter(([name]) => /trace|span|id$/i.test(name))
      const shown = (named.length > 0 ? named : Object.entries(labels)).slice(0, 3)
      return `${value} ${shown.map(([name, text]) => `${name}=${text}`).join(' ')}`
    })
}

function pointerMs(u: UPlot): { readonly atMs: number; readonly reachMs: number } {
  const left = u.cursor.left ?? 0
  const at = u.posToVal(left, 'x')
  return { atMs: at * 1000, reachMs: Math.abs(u.posToVal(left + REACH, 'x') - at) * 1000 }
}
