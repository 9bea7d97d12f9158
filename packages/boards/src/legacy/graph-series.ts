/** What a graph says of single series, as overrides. */
import { type Json, number, record, records, text } from '../json.ts'
import { axisProperties } from './graph-axis.ts'

interface Property {
  readonly id: string
  readonly value: unknown
}

interface Override {
  readonly matcher: Json
  readonly properties: readonly Property[]
}

/** Colours by legend text, overrides by legend text or `/pattern/`, and hidden empty series. */
export function graphOverrides(panel: Json): readonly Override[] {
  const colours = Object.entries(record(panel['aliasColors'])).map(([name, color]) => ({
    matcher: { id: 'byName', options: name },
    properties: [{ id: 'color', value: fixed(text(color)) }],
  }))
  const series = records(panel['seriesOverrides'])
    .filter(({ alias }) => text(alias) !== '')
    .map((override) => ({
      matcher: matcherOf(text(override['alias'])),
      properties: seriesProperties(override, panel),
    }))
    .filter(({ properties }) => properties.length > 0)
  return [...colours, ...series, ...hiddenFromLegend(record(panel['legend']))]
}

function fixed(fixedColor: string): Json {
  return { mode: 'fixed', fixedColor }
}

function matcherOf(alias: string): Json {
  const isPattern = /^\/.{0,2000}\/[a-z]{0,5}$/s.test(alias)
  return { id: isPattern ? 'byRegexp' : 'byName', options: alias }
}

function seriesProperties(override: Json, panel: Json): readonly Property[] {
  const found: Property[] = []
  const set = (id: string, value: unknown): void => {
    found.push({ id, value })
  }
  const { color, fill, fillBelowTo, linewidth, pointradius, stack, transform, nullPointMode } =
    override
  if (text(color) !== '') set('color', fixed(text(color)))
  setDrawing(override, set)
  if (number(fill) !== undefined) set('custom.fillOpacity', Math.min(100, number(fill)! * 10))
  if (text(fillBelowTo) !== '') set('custom.fillBelowTo', text(fillBelowTo))
  if (number(linewidth) !== undefined) set('custom.lineWidth', number(linewidth))
  if (number(pointradius) !== undefined) set('custom.pointSize', 2 + number(pointradius)! * 2)
  if (override['steppedLine'] === true) set('custom.lineInterpolation', 'stepAfter')
  if (override['dashes'] === true) set('custom.lineStyle', dashesOf(override))
  if (stack !== undefined) set('custom.stacking', stackingOf(stack))
  if (transform === 'negative-Y') set('custom.transform', 'negative-Y')
  if (nullPointMode === 'connected') set('custom.spanNulls', true)
  if (number(override['yaxis']) === 2) {
    set('custom.axisPlacement', 'right')
    for (const { id, value } of axisProperties(records(panel['yaxes'])[1] ?? {})) set(id, value)
  }
  const hideFrom = {
    viz: override['hiddenSeries'] === true,
    legend: override['legend'] === false,
    tooltip: override['hideTooltip'] === true,
  }
  if (hideFrom.viz || hideFrom.legend || hideFrom.tooltip) set('custom.hideFrom', hideFrom)
  return found
}

function setDrawing(
  { lines, bars, points }: Json,
  set: (id: string, value: unknown) => void,
): void {
  if (bars === true) {
    set('custom.drawStyle', 'bars')
    set('custom.fillOpacity', 100)
  } else if (lines === true) set('custom.drawStyle', 'line')
  else if (lines === false && points === true) set('custom.drawStyle', 'points')
  else if (lines === false) set('custom.lineWidth', 0)
  if (points === true) set('custom.showPoints', 'always')
  if (points === false) set('custom.showPoints', 'never')
}

export function dashesOf({ dashLength, spaceLength }: Json): Json {
  return { fill: 'dash', dash: [number(dashLength) ?? 10, number(spaceLength) ?? 10] }
}

/** `false`, `true`, or the name of a stack of its own. */
function stackingOf(stack: unknown): Json {
  if (stack === false) return { mode: 'none', group: 'A' }
  return { mode: 'normal', group: typeof stack === 'string' ? stack : 'A' }
}

function hiddenFromLegend({ hideEmpty, hideZero }: Json): readonly Override[] {
  const hidden = (reducer: string): Override => ({
    matcher: { id: 'byValue', options: { reducer, op: 'gte', value: 0 } },
    properties: [{ id: 'custom.hideFrom', value: { viz: false, legend: true, tooltip: true } }],
  })
  return [
    ...(hideZero === true ? [hidden('allIsZero')] : []),
    ...(hideEmpty === true ? [hidden('allIsNull')] : []),
  ]
}
