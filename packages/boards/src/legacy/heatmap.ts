/** The heatmap of old, whose settings stood in the panel itself. */
import { type Json, number, record, text, without } from '../json.ts'

const CONSUMED = [
  'cards', 'color', 'dataFormat', 'heatmap', 'hideZeroBuckets', 'highlightCards', 'legend', 'reverseYBuckets',
  'tooltip', 'tooltipDecimals', 'xAxis', 'xBucketNumber', 'xBucketSize', 'yAxis', 'yBucketBound', 'yBucketNumber',
  'yBucketSize', 'pluginVersion',
] as const // prettier-ignore

/** @returns the panel itself where it has today's options already */
export function modernHeatmap(panel: Json): Json {
  const options = record(panel['options'])
  if (panel['dataFormat'] === undefined || options['calculate'] !== undefined) return panel
  const isBuckets = panel['dataFormat'] === 'tsbuckets'
  const color = record(panel['color'])
  const cards = record(panel['cards'])
  const yAxis = record(panel['yAxis'])
  const tooltip = record(panel['tooltip'])
  return {
    ...without(panel, ...CONSUMED),
    options: {
      ...options,
      calculate: !isBuckets,
      ...(!isBuckets && { calculation: calculationOf(panel, yAxis) }),
      color: colourOf(color),
      cellGap: number(cards['cardPadding']) ?? 1,
      yAxis: {
        axisPlacement: yAxis['show'] === false ? 'hidden' : 'left',
        reverse: panel['reverseYBuckets'] === true,
        ...(text(yAxis['format']) !== '' && { unit: text(yAxis['format']) }),
        ...(number(yAxis['decimals']) !== undefined && { decimals: number(yAxis['decimals']) }),
        ...(number(yAxis['min']) !== undefined && { min: number(yAxis['min']) }),
        ...(number(yAxis['max']) !== undefined && { max: number(yAxis['max']) }),
      },
      rowsFrame: { layout: layoutOf(panel['yBucketBound']) },
      legend: { show: record(panel['legend'])['show'] !== false },
      tooltip: { show: tooltip['show'] !== false, yHistogram: tooltip['showHistogram'] === true },
      ...(panel['hideZeroBuckets'] === true && { filterValues: { le: 1e-9 } }),
    },
  }
}

function layoutOf(bound: unknown): string {
  return bound === 'upper' ? 'le' : bound === 'lower' ? 'ge' : 'auto'
}

function calculationOf(panel: Json, yAxis: Json): Json {
  const base = number(yAxis['logBase']) ?? 1
  return {
    xBuckets: bucketsOf(panel['xBucketNumber'], panel['xBucketSize']),
    yBuckets: {
      ...bucketsOf(panel['yBucketNumber'], panel['yBucketSize']),
      ...(base !== 1 && { scale: { type: 'log', log: base } }),
    },
  }
}

function bucketsOf(count: unknown, size: unknown): Json {
  if (number(count) !== undefined) return { mode: 'count', value: text(count) }
  return text(size) === '' ? { mode: 'count', value: '' } : { mode: 'size', value: text(size) }
}

function colourOf(color: Json): Json {
  const scheme = text(color['colorScheme']).replace(/^interpolate/, '') || 'Oranges'
  return {
    mode: color['mode'] === 'opacity' ? 'opacity' : 'scheme',
    scheme,
    fill: text(color['cardColor']) || 'dark-orange',
    scale:
      color['colorScale'] === 'sqrt' || color['colorScale'] === undefined
        ? 'exponential'
        : 'linear',
    exponent: number(color['exponent']) ?? 0.5,
    steps: 64,
    reverse: false,
    ...(number(color['min']) !== undefined && { min: number(color['min']) }),
    ...(number(color['max']) !== undefined && { max: number(color['max']) }),
  }
}
