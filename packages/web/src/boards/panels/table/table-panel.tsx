import { type Frame, inkOn, legibleOn } from '@weir/boards'
import { NativeSelect } from '@mantine/core'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { whole } from '../../../format/number.ts'
import { fieldLinks } from '../links/field-links.ts'
import { cellText } from '../cell-text.ts'
import type { PanelProps } from '../panel-props.ts'
import { Nothing } from '../values/nothing.tsx'
import { CellContent } from './cell.tsx'
import { ColumnFilter } from './column-filter.tsx'
import { type Column, columnsOf } from './columns.ts'
import { footOf } from './table-foot.ts'
import { type Filters, type Sort, firstSort, nextSort, tableRows } from './table-rows.ts'
import '../panels.css'

const ROW_HEIGHTS: Readonly<Record<string, number>> = { sm: 30, md: 38, lg: 48 }
const HEAD_HEIGHT = 32
const FOOT_HEIGHT = 32
/** Rows drawn above and below what is seen, so that quick scrolling shows no gaps. */
const AHEAD = 12
const SCROLLBAR = 10

/** A table of the first frame, or of one of many that is chosen. */
export function TablePanel(props: PanelProps): React.JSX.Element {
  const { panel, frames, width, height } = props
  const first = panel.options['frameIndex']
  const [chosen, setChosen] = useState(typeof first === 'number' ? first : 0)
  const frame = frames[Math.min(chosen, frames.length - 1)]
  if (frame === undefined || frame.fields.length === 0)
    return <Nothing frames={frames} wants="rows" />
  const chooserHeight = frames.length > 1 ? 34 : 0
  return (
    <div style={{ width, height }}>
      <FrameGrid {...props} frame={frame} height={height - chooserHeight} />
      {frames.length > 1 ? (
        <NativeSelect
          size="xs"
          className="frame-choice"
          aria-label="Which table"
          value={String(chosen)}
          onChange={(event) => setChosen(Number(event.currentTarget.value))}
          data={frames.map((one, at) => ({ value: String(at), label: labelOf(one, at) }))}
        />
      ) : null}
    </div>
  )
}

function labelOf(frame: Frame, at: number): string {
  return frame.name ?? `${frame.refId} (${at + 1})`
}

function FrameGrid(props: PanelProps & { readonly frame: Frame }): React.JSX.Element {
  const { panel, frame, width, height, dark, timeZone, nowMs, text } = props
  const { options } = panel
  const [sort, setSort] = useState<Sort | undefined>(() => firstSort(options['sortBy']))
  const [filters, setFilters] = useState<Filters>(new Map())
  const [top, setTop] = useState(0)
  const [page, setPage] = useState(0)
  const [cell, setCell] = useState<Cell | undefined>(undefined)
  const columns = useMemo(
    () => columnsOf(frame, { dark, timeZone, nowMs }, width - SCROLLBAR),
    [frame, width, dark, timeZone, nowMs],
  )
  const rows = useMemo(
    () => tableRows(frame.length, columns, sort, filters),
    [frame, columns, sort, filters],
  )
  const foot = footOf(options['footer'], columns, rows)
  const isPaged =
    asFooter(options['footer'])['enablePagination'] === true || options['enablePagination'] === true
  const cellHeight = options['cellHeight']
  const rowHeight =
    (typeof cellHeight === 'string' ? ROW_HEIGHTS[cellHeight] : undefined) ?? ROW_HEIGHTS['sm']!
  const withHead = options['showHeader'] !== false
  const bodyHeight =
    height -
    (withHead ? HEAD_HEIGHT : 0) -
    (foot === undefined ? 0 : FOOT_HEIGHT) -
    (isPaged ? 30 : 0)
  const pageSize = Math.max(1, Math.floor(bodyHeight / rowHeight))
  const pageCount = Math.max(1, Math.ceil(rows.length / pageSize))
  const at = Math.min(page, pageCount - 1)
  const from = isPaged ? at * pageSize : Math.max(0, Math.floor(top / rowHeight) - AHEAD)
  const to = isPaged
    ? Math.min(rows.length, from + pageSize)
    : Math.min(rows.length, from + Math.ceil(height / rowHeight) + 2 * AHEAD)
  const above = isPaged ? 0 : from * rowHeight
  const below = isPaged ? 0 : (rows.length - to) * rowHeight
  const choose = (name: string, wanted: ReadonlySet<string> | undefined): void => {
    const next = new Map(filters)
    if (wanted === undefined) next.delete(name)
    else next.set(name, wanted)
    setFilters(next)
    setPage(0)
  }
  return (
    <>
      <div
        className="grid-scroll"
        role="region"
        aria-label={panel.title === '' ? 'Rows' : `Rows of ${text(panel.title)}`}
        tabIndex={0}
        style={{ height: height - (isPaged ? 30 : 0) }}
        onScroll={(event) => setTop(event.currentTarget.scrollTop)}
        onCopy={(event) => {
          const field = columns[cell?.column ?? -1]?.field
          if (field === undefined || document.getSelection()?.isCollapsed === false) return
          event.clipboardData.setData('text/plain', cellText(field, cell!.row, timeZone))
          event.preventDefault()
        }}
      >
        <table
          className="grid-table"
          aria-rowcount={rows.length + 1}
          style={
            {
              width: columns.reduce((sum, column) => sum + column.width, 0),
              '--row-height': `${rowHeight}px`,
            } as React.CSSProperties
          }
        >
          <colgroup>
            {columns.map((column, index) => (
              <col key={index} style={{ width: column.width }} />
            ))}
          </colgroup>
          {withHead ? (
            <thead>
              <tr>
                {columns.map((column, index) => (
                  <Head
                    key={index}
                    {...{ column, sort }}
                    onSort={() => setSort(nextSort(sort, column.name))}
                    chosen={filters.get(column.name)}
                    onChoose={(wanted) => choose(column.name, wanted)}
                  />
                ))}
              </tr>
            </thead>
          ) : null}
          <tbody>
            {above > 0 ? <tr aria-hidden style={{ height: above }} /> : null}
            {rows.slice(from, to).map((row, index) => (
              <Row
                key={row}
                {...{ row, frame, columns, dark, timeZone, text }}
                place={from + index + 2}
                chosen={cell?.row === row ? cell.column : undefined}
                onChoose={(column) => setCell({ row, column })}
              />
            ))}
            {below > 0 ? <tr aria-hidden style={{ height: below }} /> : null}
            {rows.length === 0 ? (
              <tr>
                <td colSpan={columns.length} className="muted">
                  {filters.size > 0 ? 'No row has these values.' : 'No rows'}
                </td>
              </tr>
            ) : null}
          </tbody>
          {foot === undefined ? null : (
            <tfoot>
              <tr>
                {foot.map((figure, index) => (
                  <td key={index} style={{ textAlign: columns[index]!.align }}>
                    {figure}
                  </td>
                ))}
              </tr>
            </tfoot>
          )}
        </table>
      </div>
      {isPaged ? <Pages {...{ at, pageCount }} count={rows.length} onPage={setPage} /> : null}
    </>
  )
}

interface Cell {
  /** Of the frame, whatever the order. */
  readonly row: number
  readonly column: number
}

function asFooter(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function Head(props: {
  readonly column: Column
  readonly sort: Sort | undefined
  readonly onSort: () => void
  readonly chosen: ReadonlySet<string> | undefined
  readonly onChoose: (wanted: ReadonlySet<string> | undefined) => void
}): React.JSX.Element {
  const { column, sort, onSort, chosen, onChoose } = props
  const isSorted = sort?.name === column.name
  const order = isSorted ? (sort.isDescending ? 'descending' : 'ascending') : 'none'
  const { description } = column.field.config
  return (
    <th scope="col" aria-sort={order} style={{ textAlign: column.align }}>
      <span className="grid-head" data-align={column.align}>
        <button
          type="button"
          className="grid-sort"
          title={typeof description === 'string' ? description : column.name}
          onClick={onSort}
        >
          <span className="clip">{column.name}</span>
          {isSorted ? (
            sort.isDescending ? (
              <IconArrowDown size={13} aria-hidden />
            ) : (
              <IconArrowUp size={13} aria-hidden />
            )
          ) : null}
        </button>
        {column.isFilterable ? <ColumnFilter {...{ column, chosen, onChoose }} /> : null}
      </span>
    </th>
  )
}

function Row(props: {
  readonly row: number
  readonly place: number
  readonly frame: Frame
  readonly columns: readonly Column[]
  readonly dark: boolean
  readonly timeZone: string
  readonly text: (template: string) => string
  /** The column of the cell that is copied by Ctrl+C. */
  readonly chosen: number | undefined
  readonly onChoose: (column: number) => void
}): React.JSX.Element {
  const { row, place, frame, columns, dark, timeZone, text, chosen, onChoose } = props
  const cells = columns.map((column) => {
    const value = column.field.values[row]
    return { column, value, shown: column.show(value) }
  })
  const tint = cells.find(
    ({ column }) => column.cell.type === 'color-background' && column.cell.isRow,
  )
  return (
    <tr
      aria-rowindex={place}
      style={
        tint === undefined
          ? undefined
          : { background: tint.shown.color, color: inkOn(tint.shown.color, dark) }
      }
    >
      {cells.map(({ column, value, shown }, at) => (
        <td
          key={at}
          data-chosen={at === chosen ? '' : undefined}
          style={{ textAlign: column.align, ...toned(column, shown.color, dark) }}
          onClick={() => onChoose(at)}
        >
          <CellContent
            {...{ column, value, shown, dark, timeZone }}
            links={fieldLinks({ field: column.field, frame, rowIndex: row, shown }, text)}
          />
        </td>
      ))}
    </tr>
  )
}

function toned({ cell }: Column, color: string, dark: boolean): React.CSSProperties {
  switch (cell.type) {
    case 'color-text':
      return { color: legibleOn(color, { dark, ratio: 4.5 }) }
    case 'color-background': {
      if (cell.isRow) return {}
      const background =
        cell.mode === 'basic'
          ? color
          : `linear-gradient(120deg, color-mix(in srgb, ${color} 94%, black), ${color})`
      return { background, color: inkOn(color, dark) }
    }
    default:
      return {}
  }
}

function Pages(props: {
  readonly at: number
  readonly pageCount: number
  readonly count: number
  readonly onPage: (page: number) => void
}): React.JSX.Element {
  const { at, pageCount, count, onPage } = props
  return (
    <nav className="grid-pages" aria-label="Pages of the table">
      <button
        type="button"
        className="link-button"
        disabled={at === 0}
        onClick={() => onPage(at - 1)}
      >
        Back
      </button>
      <span>
        Page {whole(at + 1)} of {whole(pageCount)}{' '}
        <span className="muted">({whole(count)} rows)</span>
      </span>
      <button
        type="button"
        className="link-button"
        disabled={at + 1 >= pageCount}
        onClick={() => onPage(at + 1)}
      >
        Next
      </button>
    </nav>
  )
}
