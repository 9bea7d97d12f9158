import { useMemo } from 'react'
import { whole } from '../../../format/number.ts'
import { fieldLinks } from '../links/field-links.ts'
import type { PanelProps } from '../panel-props.ts'
import { NoValue } from '../values/no-value.tsx'
import { linkPlace, reduceOptionsOf, reducedValues } from '../values/reduced-values.ts'
import { scrollable } from '../values/scrollable.ts'
import { TILE_GAP, isTall, tileGrid } from '../values/tile-grid.ts'
import { statOptionsOf } from './stat-options.ts'
import { StatTile } from './stat-tile.tsx'
import '../panels.css'

/** Nobody reads more figures than this side by side. */
const TILES_MAX = 200

/** Single figures, each with its course behind it. */
export function StatPanel(props: PanelProps): React.JSX.Element {
  const { panel, frames, width, height, dark, timeZone, nowMs, text } = props
  const options = statOptionsOf(panel.options)
  const values = useMemo(
    () => reducedValues(frames, reduceOptionsOf(panel.options), { dark, timeZone, nowMs }),
    [frames, panel.options, dark, timeZone, nowMs],
  )
  if (values.length === 0) return <NoValue panel={panel} frames={frames} />
  const tiles = values.slice(0, TILES_MAX)
  const grid = tileGrid(tiles.length, { width, height }, options.orientation, {
    width: 88,
    height: 34,
  })
  const withName = options.withName === 'auto' ? tiles.length > 1 : options.withName
  return (
    <div
      className="tiles"
      role={tiles.length > 1 ? 'list' : undefined}
      {...scrollable(isTall(grid, height), 'Figures')}
      style={{ gridTemplateColumns: `repeat(${grid.columns}, ${grid.width}px)`, gap: TILE_GAP }}
    >
      {tiles.map((value, at) => (
        <div key={at} role={tiles.length > 1 ? 'listitem' : undefined}>
          <StatTile
            {...{ value, options, dark, withName }}
            width={grid.width}
            height={grid.height}
            links={fieldLinks(linkPlace(value), text)}
            isCentered={options.isCentered || (tiles.length === 1 && !withName)}
          />
        </div>
      ))}
      {values.length > tiles.length ? (
        <p className="muted">and {whole(values.length - tiles.length)} more</p>
      ) : null}
    </div>
  )
}
