import type { Field } from '@weir/boards'

/** How one series is drawn; read from `custom` of its config, odd values as if they were not there. */
export interface LineStyle {
  readonly draw: 'line' | 'bars' | 'points'
  readonly interpolation: 'linear' | 'smooth' | 'stepBefore' | 'stepAfter'
  readonly width: number
  /** 0 to 1. */
  readonly fill: number
  readonly gradient: 'none' | 'opacity' | 'hue' | 'scheme'
  readonly points: 'auto' | 'always' | 'never'
  readonly pointSize: number
  /** Joins what is apart: any gap, or gaps up to so many milliseconds. */
  readonly spanNulls: boolean | number
  readonly stack: 'none' | 'normal' | 'percent'
  readonly stackGroup: string
  readonly dash: readonly number[] | undefined
  readonly barAlign: -1 | 0 | 1
  readonly isNegative: boolean
  readonly isConstant: boolean
  readonly fillBelowTo: string | undefined
  readonly thresholds: 'off' | 'line' | 'dashed' | 'area' | 'line+area' | 'dashed+area'
  readonly hideFrom: { readonly viz: boolean; readonly legend: boolean; readonly tooltip: boolean }
  readonly axis: AxisStyle
}

export interface AxisStyle {
  readonly placement: 'auto' | 'left' | 'right' | 'hidden'
  readonly label: string
  readonly softMin: number | undefined
  readonly softMax: number | undefined
  readonly isCentered: boolean
  readonly isColored: boolean
  readonly hasGrid: boolean | undefined
  readonly distribution: 'linear' | 'log' | 'symlog'
  readonly logBase: 2 | 10
  readonly linearBelow: number
}

type Json = Readonly<Record<string, unknown>>

export function lineStyle({ config }: Field): LineStyle {
  const custom = record(config.custom)
  const stacking = record(custom['stacking'])
  const line = record(custom['lineStyle'])
  const hide = record(custom['hideFrom'])
  const draw = oneOf(custom['drawStyle'], ['line', 'bars', 'points'])
  // Of old boards: a gap that is ignored is joined.
  const isJoined = ['connected', 'ignored'].includes(String(config['nullValueMode']))
  const spans = custom['spanNulls'] ?? isJoined
  return {
    draw,
    interpolation: oneOf(custom['lineInterpolation'], [
      'linear',
      'smooth',
      'stepBefore',
      'stepAfter',
    ]),
    width: number(custom['lineWidth'], 1, 0, 10),
    fill: number(custom['fillOpacity'], draw === 'bars' ? 80 : 0, 0, 100) / 100,
    gradient: oneOf(custom['gradientMode'], ['none', 'opacity', 'hue', 'scheme']),
    points: oneOf(custom['showPoints'], ['auto', 'always', 'never']),
    pointSize: number(custom['pointSize'], 5, 1, 40),
    spanNulls: typeof spans === 'number' || spans === true ? spans : false,
    stack: oneOf(stacking['mode'], ['none', 'normal', 'percent']),
    // Boards also write `false`, for a stack of its own.
    stackGroup: JSON.stringify(stacking['group'] ?? 'A'),
    dash: dashOf(line),
    barAlign: number(custom['barAlignment'], 0, -1, 1) as -1 | 0 | 1,
    isNegative: custom['transform'] === 'negative-Y',
    isConstant: custom['transform'] === 'constant',
    fillBelowTo: text(custom['fillBelowTo'], '') || undefined,
    thresholds: oneOf(record(custom['thresholdsStyle'])['mode'], [
      'off',
      'line',
      'dashed',
      'area',
      'line+area',
      'dashed+area',
    ]),
    hideFrom: {
      viz: hide['viz'] === true,
      legend: hide['legend'] === true,
      tooltip: hide['tooltip'] === true,
    },
    axis: axisOf(custom),
  }
}

function axisOf(custom: Json): AxisStyle {
  const scale = record(custom['scaleDistribution'])
  const grid = custom['axisGridShow']
  return {
    placement: oneOf(custom['axisPlacement'], ['auto', 'left', 'right', 'hidden']),
    label: text(custom['axisLabel'], ''),
    softMin: limit(custom['axisSoftMin']),
    softMax: limit(custom['axisSoftMax']),
    isCentered: custom['axisCenteredZero'] === true,
    isColored: custom['axisColorMode'] === 'series',
    hasGrid: typeof grid === 'boolean' ? grid : undefined,
    distribution: oneOf(scale['type'], ['linear', 'log', 'symlog']),
    logBase: scale['log'] === 2 ? 2 : 10,
    linearBelow: number(scale['linearThreshold'], 1, 1e-9, 1e15),
  }
}

function dashOf(line: Json): readonly number[] | undefined {
  if (line['fill'] === 'dot') return [0, 6]
  if (line['fill'] !== 'dash') return undefined
  const given = Array.isArray(line['dash']) ? (line['dash'] as readonly unknown[]) : []
  const dash = given.filter((part): part is number => typeof part === 'number' && part >= 0)
  return dash.length >= 2 && dash.some((part) => part > 0) ? dash.slice(0, 10) : [10, 10]
}

function record(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {}
}

/** The value if it is one of those, else the first of them. */
function oneOf<const T extends string>(value: unknown, known: readonly [T, ...T[]]): T {
  return known.find((each) => each === value) ?? known[0]
}

function text(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise
}

function number(value: unknown, otherwise: number, low: number, high: number): number {
  const given = typeof value === 'string' && value !== '' ? Number(value) : value
  if (typeof given !== 'number' || !Number.isFinite(given)) return otherwise
  return Math.min(high, Math.max(low, given))
}

/** An end of a scale; undefined where the data decides. */
export function limit(value: unknown): number | undefined {
  if (value === null || value === undefined || value === '') return undefined
  const given = Number(value)
  return Number.isFinite(given) ? given : undefined
}
