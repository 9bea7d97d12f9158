import { seriesColorOf } from '@weir/boards'
import { useState } from 'react'
import { type LegendOptions, type LegendRow, legendHeads } from './legend-table.ts'
import type { Series } from './series-table.ts'

const SHOWN_MAX = 200

/** Names of the series, with figures where the panel asks for them. A click leaves one alone, with Ctrl or Cmd it hides one. */
export function Legend(props: {
  readonly series: readonly Series[]
  readonly rows: readonly LegendRow[]
  readonly options: LegendOptions
  readonly hidden: ReadonlySet<string>
  readonly dark: boolean
  readonly sort: { readonly by: string | undefined; readonly isDescending: boolean }
  readonly onSort: (by: string) => void
  readonly onPoint: (name: string | undefined) => void
  readonly onClick: (name: string, isAdding: boolean) => void
}): React.JSX.Element {
  const { series, rows, options, hidden, dark, sort, onPoint, onClick } = props
  const [shown, setShown] = useState(SHOWN_MAX)
  const button = ({ place, name }: LegendRow): React.JSX.Element => {
    const { field, style } = series[place]!
    return (
      <button
        type="button"
        title={name}
        aria-pressed={!hidden.has(name)}
        onPointerEnter={() => onPoint(name)}
        onPointerLeave={() => onPoint(undefined)}
        onClick={(event) => onClick(name, event.ctrlKey || event.metaKey || event.shiftKey)}
      >
        <i
          data-dash={style.dash === undefined ? undefined : ''}
          style={{ color: seriesColorOf(field, dark) }}
        />
        <span className="clip">{name}</span>
      </button>
    )
  }
  const more =
    rows.length > shown ? (
      <button type="button" className="link-button" onClick={() => setShown(shown + SHOWN_MAX)}>
        and {rows.length - shown} more
      </button>
    ) : null
  if (options.mode === 'list') {
    return (
      <div className="plot-legend" role="group" aria-label="Legend" tabIndex={0}>
        {rows.slice(0, shown).map((row) => (
          <span key={row.place} className="plot-legend-item">
            {button(row)}
            {row.cells.map(({ text }, i) => (
              <span key={i} className="muted">
                {legendHeads(options.calcs)[i]} {text}
              </span>
            ))}
          </span>
        ))}
        {more}
      </div>
    )
  }
  const heads = ['Name', ...legendHeads(options.calcs)]
  return (
    <div className="plot-legend" data-table="" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {heads.map((head, i) => (
              <th
                key={head}
                className={i === 0 ? '' : 'right'}
                aria-sort={
                  sort.by !== head ? 'none' : sort.isDescending ? 'descending' : 'ascending'
                }
              >
                <button type="button" onClick={() => props.onSort(head)}>
                  {head}
                  {sort.by === head ? (sort.isDescending ? ' ↓' : ' ↑') : ''}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, shown).map((row) => (
            <tr key={row.place} data-off={hidden.has(row.name) ? '' : undefined}>
              <td>{button(row)}</td>
              {row.cells.map(({ text }, i) => (
                <td key={i} className="right num">
                  {text}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {more}
    </div>
  )
}
