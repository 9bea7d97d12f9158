/** The graph panel of old, as a timeseries: by what it looked like, not key by key. */
import { type Json, number, record, records, text, without } from '../json.ts'
import { axisProperties } from './graph-axis.ts'
import { dashesOf, graphOverrides } from './graph-series.ts'
import { calcOf } from './mappings.ts'

/** What has its place elsewhere now, or none. */
const CONSUMED = [
  'aliasColors', 'bars', 'dashLength', 'dashes', 'decimals', 'fill', 'fillGradient', 'grid', 'hiddenSeries',
  'legend', 'lines', 'linewidth', 'nullPointMode', 'percentage', 'pointradius', 'points', 'renderer',
  'seriesOverrides', 'spaceLength', 'stack', 'steppedLine', 'thresholds', 'timeRegions', 'tooltip',
  'xaxis', 'yaxes', 'yaxis', 'alert', 'error', 'editable', 'isNew', 'pluginVersion', 'leftYAxisLabel', 'y_formats', 'y-axis', 'x-axis',
] as const // prettier-ignore

export function graphToTimeseries(panel: Json): Json {
  const { mode } = record(panel['xaxis'])
  const old = record(panel['fieldConfig'])
  const defaults = record(old['defaults'])
  const options = record(panel['options'])
  const links = records(defaults['links'] ?? options['dataLinks'])
  return {
    ...without(panel, ...CONSUMED),
    type: mode === 'series' ? 'barchart' : mode === 'histogram' ? 'histogram' : 'timeseries',
    fieldConfig: {
      ...old,
      defaults: {
        ...defaults,
        ...fieldDefaults(panel, defaults),
        ...(links.length > 0 && { links }),
      },
      overrides: [...records(old['overrides']), ...graphOverrides(panel)],
    },
    options: {
      ...without(options, 'dataLinks', 'alertThreshold'),
      legend: legendOf(record(panel['legend'])),
      tooltip: tooltipOf(record(panel['tooltip'])),
      ...(mode === 'series' && barOptions(record(panel['xaxis']))),
    },
  }
}

function fieldDefaults(panel: Json, old: Json): Json {
  const custom: Record<string, unknown> = { ...record(old['custom']), ...drawing(panel) }
  const defaults: Record<string, unknown> = { color: { mode: 'palette-classic' } }
  const { thresholds, thresholdsStyle } = thresholdsOf(panel)
  if (thresholds !== undefined) defaults['thresholds'] = thresholds
  custom['thresholdsStyle'] = { mode: thresholdsStyle }
  if (number(panel['decimals']) !== undefined) defaults['decimals'] = number(panel['decimals'])
  const axis = records(panel['yaxes'])[0] ?? oldAxis(panel)
  for (const { id, value } of axisProperties(axis)) {
    if (id.startsWith('custom.')) custom[id.slice('custom.'.length)] = value
    else defaults[id] = value
  }
  if (panel['nullPointMode'] === 'null as zero') defaults['nullValueMode'] = 'null as zero'
  return { ...defaults, custom }
}

/** Before there were `yaxes`: schema below 12. */
function oldAxis(panel: Json): Json {
  const formats = panel['y_formats']
  const grid = record(panel['grid'])
  return {
    format: Array.isArray(formats) ? text(formats[0]) : undefined,
    label: panel['leftYAxisLabel'],
    min: grid['leftMin'],
    max: grid['leftMax'],
    logBase: grid['leftLogBase'],
  }
}

function drawing(panel: Json): Json {
  const { lines, bars, points, stack, percentage, steppedLine, fillGradient, nullPointMode } = panel
  const isBars = bars === true
  const isLine = !isBars && lines !== false
  const gradient = number(fillGradient) ?? 0
  const fill = gradient > 0 ? gradient : (number(panel['fill']) ?? 1)
  return {
    drawStyle: isBars ? 'bars' : !isLine && points === true ? 'points' : 'line',
    lineWidth: isLine || isBars ? (number(panel['linewidth']) ?? 1) : 0,
    fillOpacity: isBars ? 100 : isLine ? Math.min(100, fill * 10) : 0,
    gradientMode: gradient > 0 && !isBars ? 'opacity' : 'none',
    showPoints: points === true ? 'always' : 'never',
    pointSize: 2 + (number(panel['pointradius']) ?? 2) * 2,
    lineInterpolation: steppedLine === true ? 'stepAfter' : 'linear',
    spanNulls: nullPointMode === 'connected',
    stacking: {
      mode: stack === true ? (percentage === true ? 'percent' : 'normal') : 'none',
      group: 'A',
    },
    ...(panel['dashes'] === true && { lineStyle: dashesOf(panel) }),
  }
}

const CALC_FLAGS = ['min', 'max', 'avg', 'current', 'total'] as const
const SORT_NAMES: Readonly<Record<string, string>> = {
  min: 'Min',
  max: 'Max',
  avg: 'Mean',
  current: 'Last *',
  total: 'Total',
  name: 'Name',
}

function legendOf(legend: Json): Json {
  const { show, alignAsTable, rightSide, values, sort, sortDesc, sideWidth } = legend
  const calcs = values === true ? CALC_FLAGS.filter((flag) => legend[flag] === true) : []
  const sortBy = SORT_NAMES[text(sort)]
  return {
    showLegend: show !== false,
    displayMode: alignAsTable === true ? 'table' : 'list',
    placement: rightSide === true ? 'right' : 'bottom',
    calcs: calcs.map((flag) => calcOf(flag)),
    ...(sortBy !== undefined && { sortBy, sortDesc: sortDesc === true }),
    ...(number(sideWidth) !== undefined && { width: number(sideWidth) }),
  }
}

function tooltipOf({ shared, sort }: Json): Json {
  const order = number(sort)
  return {
    mode: shared === false ? 'single' : 'multi',
    sort: order === 1 ? 'asc' : order === 2 ? 'desc' : 'none',
  }
}

function barOptions(xaxis: Json): Json {
  const calc =
    records(xaxis['values'])[0] ?? (xaxis['values'] as readonly unknown[] | undefined)?.[0]
  return { orientation: 'auto', calcs: [calcOf(calc, 'total')] }
}

const MEANINGS: Readonly<Record<string, string>> = {
  critical: 'red',
  warning: 'orange',
  ok: 'green',
}

/** Lines and areas at heights; each says whether what is above or what is below is meant. */
function thresholdsOf(panel: Json): {
  readonly thresholds?: Json
  readonly thresholdsStyle: string
} {
  const found = records(panel['thresholds'])
    .map((one): Json => ({ ...one, at: number(one['value']) }))
    .filter((one) => one['at'] !== undefined)
    .toSorted((a, b) => (a['at'] as number) - (b['at'] as number))
  if (found.length === 0) return { thresholdsStyle: 'off' }
  const steps: { value: number | null; color: string }[] = [{ value: null, color: 'transparent' }]
  for (const one of found) {
    const value = one['at'] as number
    const color =
      MEANINGS[text(one['colorMode'])] ??
      (text(one['fillColor']) || text(one['lineColor']) || 'red')
    if (one['op'] === 'lt') {
      // Below it, from the step before on.
      steps[steps.length - 1] = { ...steps.at(-1)!, color }
      steps.push({ value, color: 'transparent' })
    } else steps.push({ value, color })
  }
  const hasLine = found.some(({ line }) => line !== false)
  const hasFill = found.some(({ fill }) => fill !== false)
  const thresholdsStyle =
    hasLine && hasFill ? 'line+area' : hasFill ? 'area' : hasLine ? 'line' : 'off'
  return { thresholds: { mode: 'absolute', steps }, thresholdsStyle }
}
