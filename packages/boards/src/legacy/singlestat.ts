/** The single stat of old, as a stat or a gauge. */
import { type Json, number, record, records, text, without } from '../json.ts'
import type { NoteBook } from '../note-book.ts'
import { calcOf, colouredSteps, oldMappings } from './mappings.ts'

const CONSUMED = [
  'cacheTimeout', 'colorBackground', 'colorValue', 'colorPrefix', 'colorPostfix', 'colors', 'decimals', 'editable',
  'error', 'format', 'gauge', 'isNew', 'mappingType', 'mappingTypes', 'nullPointMode', 'nullText', 'postfix',
  'postfixFontSize', 'prefix', 'prefixFontSize', 'rangeMaps', 'scopedVars', 'sparkline', 'tableColumn',
  'thresholds', 'valueFontSize', 'valueMaps', 'valueName', 'pluginVersion',
] as const // prettier-ignore

export function singlestatToStat(panel: Json, where: string, notes: NoteBook): Json {
  const gauge = record(panel['gauge'])
  const isGauge = gauge['show'] === true
  const column = text(panel['tableColumn'])
  const reduceOptions = {
    values: false,
    calcs: [calcOf(panel['valueName'], 'avg')].map((calc) =>
      calc === 'name' ? 'lastNotNull' : calc,
    ),
    fields:
      column === '' || column === 'Value'
        ? ''
        : `/^${column.replaceAll(/[$^*+?.()|[\]{}\\/]/g, '\\$&')}$/`,
  }
  const shared = {
    ...without(panel, ...CONSUMED),
    fieldConfig: {
      ...record(panel['fieldConfig']),
      defaults: {
        ...record(record(panel['fieldConfig'])['defaults']),
        ...fieldDefaults(panel, isGauge, where, notes),
      },
    },
  }
  if (isGauge) {
    return {
      ...shared,
      type: 'gauge',
      options: {
        reduceOptions,
        orientation: 'auto',
        showThresholdLabels: gauge['thresholdLabels'] === true,
        showThresholdMarkers: gauge['thresholdMarkers'] !== false,
      },
    }
  }
  const colorMode =
    panel['colorBackground'] === true
      ? 'background'
      : panel['colorValue'] === true
        ? 'value'
        : 'none'
  return {
    ...shared,
    type: 'stat',
    options: {
      reduceOptions,
      orientation: 'horizontal',
      textMode: panel['valueName'] === 'name' ? 'name' : 'auto',
      colorMode,
      graphMode: record(panel['sparkline'])['show'] === true ? 'area' : 'none',
      justifyMode: 'auto',
    },
  }
}

function fieldDefaults(panel: Json, isGauge: boolean, where: string, notes: NoteBook): Json {
  const gauge = record(panel['gauge'])
  const thresholds = colouredSteps(panel['thresholds'], panel['colors'])
  const sparkline = record(panel['sparkline'])
  const isColoured = panel['colorBackground'] === true || panel['colorValue'] === true || isGauge
  const lineColor = text(sparkline['lineColor'])
  const mappings = oldMappings(panel)
  const unit = unitOf(panel, where, notes)
  return {
    ...(unit !== '' && { unit }),
    ...(number(panel['decimals']) !== undefined && { decimals: number(panel['decimals']) }),
    ...(text(panel['nullText']) !== '' && { noValue: text(panel['nullText']) }),
    ...(mappings.length > 0 && { mappings }),
    ...(thresholds !== undefined && { thresholds }),
    ...(isColoured
      ? { color: { mode: 'thresholds' } }
      : lineColor !== '' && { color: { mode: 'fixed', fixedColor: lineColor } }),
    ...(isGauge && { min: number(gauge['minValue']) ?? 0, max: number(gauge['maxValue']) ?? 100 }),
  }
}

/** A text before or after the number is a unit of its own, where the number has none. */
function unitOf(panel: Json, where: string, notes: NoteBook): string {
  const format = text(panel['format'])
  const prefix = text(panel['prefix'])
  const postfix = text(panel['postfix'])
  const isFree = format === '' || format === 'none'
  if (isFree && prefix === '' && postfix !== '') return `suffix:${postfix}`
  if (isFree && prefix !== '' && postfix === '') return `prefix:${prefix}`
  for (const around of [prefix, postfix]) {
    if (around.trim() !== '')
      notes.ignored(where, `The text "${around.slice(0, 40)}" beside the number`)
  }
  return format
}

/** The pie chart that was a plugin. */
export function oldPieChart(panel: Json): Json {
  const legend = record(panel['legend'])
  const colours = Object.entries(record(panel['aliasColors'])).map(([name, color]) => ({
    matcher: { id: 'byName', options: name },
    properties: [{ id: 'color', value: { mode: 'fixed', fixedColor: text(color) } }],
  }))
  const values = [
    ...(legend['values'] === true ? ['value'] : []),
    ...(legend['percentage'] === true ? ['percent'] : []),
  ]
  const isOnGraph = panel['legendType'] === 'On graph'
  const config = record(panel['fieldConfig'])
  return {
    ...without(
      panel, 'aliasColors', 'breakPoint', 'cacheTimeout', 'combine', 'decimals', 'fontSize', 'format', 'legend',
      'legendType', 'nullPointMode', 'pieType', 'strokeWidth', 'valueName', 'pluginVersion',
    ), // prettier-ignore
    type: 'piechart',
    fieldConfig: {
      ...config,
      defaults: {
        ...record(config['defaults']),
        ...(text(panel['format']) !== '' && { unit: text(panel['format']) }),
        ...(number(panel['decimals']) !== undefined && { decimals: number(panel['decimals']) }),
      },
      overrides: [...records(config['overrides']), ...colours],
    },
    options: {
      pieType: panel['pieType'] === 'donut' ? 'donut' : 'pie',
      reduceOptions: { values: false, calcs: [calcOf(panel['valueName'], 'current')], fields: '' },
      displayLabels: isOnGraph ? ['name'] : [],
      legend: {
        showLegend: legend['show'] !== false && !isOnGraph,
        displayMode: values.length > 0 ? 'table' : 'list',
        placement: panel['legendType'] === 'Right side' ? 'right' : 'bottom',
        values,
      },
      tooltip: { mode: 'single', sort: 'none' },
    },
  }
}
