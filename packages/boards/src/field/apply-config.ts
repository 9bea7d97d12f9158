/** A panel's field config upon its data: defaults, then overrides in their order. */
import type { FieldConfig, FieldOptions } from '../dashboard.ts'
import type { Field, Frame } from '../frame.ts'
import { displayNameOf } from './display-name.ts'
import { type FieldTest, fieldTest } from './matcher.ts'
import { fillFieldText } from './scoped-text.ts'

interface Rule {
  readonly matches: FieldTest
  readonly properties: readonly { readonly id: string; readonly value?: unknown }[]
}

/**
 * Gives every field its config, name, place among the series, and range.
 *
 * @param text fills the dashboard's variables into names
 */
export function applyFieldConfig(
  frames: readonly Frame[],
  fieldConfig: FieldConfig,
  text: (template: string) => string = (template) => template,
): Frame[] {
  const rules = fieldConfig.overrides.map(({ matcher, properties }): Rule => ({
    matches: fieldTest(matcher),
    properties,
  }))
  let series = 0
  const configured = frames.map((frame): Frame => {
    const fields = frame.fields.map((field): Field => {
      const config = configOf(field, frame, fieldConfig.defaults, rules)
      const own = { ...config, ...ownName(config, field, frame, text) }
      const named = { ...field, config: own }
      // By the field as it is in the frame: columns of one name are counted.
      const displayName = own.displayName || displayNameOf(field, frame)
      if (field.type !== 'number') return { ...named, displayName }
      return { ...named, displayName, seriesIndex: series++ }
    })
    return { ...frame, fields }
  })
  return withRanges(configured)
}

function configOf(
  field: Field,
  frame: Frame,
  defaults: FieldOptions,
  rules: readonly Rule[],
): FieldOptions {
  // A panel's unit is meant for its figures, not for times, nor for the labels of a table.
  const { unit: _unit, decimals: _decimals, ...rest } = defaults
  const base = field.type === 'number' || field.type === 'frame' ? defaults : rest
  // What data or a transformation says of a field is nearer to it than what the panel says of all.
  const start: FieldOptions = {
    ...base,
    ...field.config,
    custom: { ...base.custom, ...field.config.custom },
  }
  return rules
    .filter(({ matches }) => matches(field, frame))
    .flatMap(({ properties }) => properties)
    .reduce((config, { id, value }) => setPath(config, id.split('.'), value), start)
}

/** A copy with one value changed, at `custom.hideFrom` as at `unit`. */
function setPath<T extends Readonly<Record<string, unknown>>>(
  of: T,
  [key = '', ...rest]: readonly string[],
  value: unknown,
): T {
  if (rest.length === 0) return { ...of, [key]: value }
  const inner = of[key]
  const within = typeof inner === 'object' && inner !== null ? { ...inner } : {}
  return { ...of, [key]: setPath(within, rest, value) }
}

function ownName(
  config: FieldOptions,
  field: Field,
  frame: Frame,
  text: (template: string) => string,
): { readonly displayName?: string } {
  const { displayName } = config
  if (typeof displayName !== 'string' || displayName === '') return {}
  return { displayName: fillFieldText(text(displayName), { field, frame }) }
}

/** Scales go over all fields of numbers together, unless a field wants its own. */
function withRanges(frames: readonly Frame[]): Frame[] {
  const numbers = frames.flatMap(({ fields }) => fields.filter(({ type }) => type === 'number'))
  const shared = numbers.reduce(
    (range, field) => {
      const own = dataRange(field)
      return { min: Math.min(range.min, own.min), max: Math.max(range.max, own.max) }
    },
    { min: Infinity, max: -Infinity },
  )
  return frames.map((frame) => ({
    ...frame,
    fields: frame.fields.map((field) => {
      if (field.type !== 'number') return field
      const found = field.config['fieldMinMax'] === true ? dataRange(field) : shared
      const min = limit(field.config.min) ?? (found.min === Infinity ? 0 : found.min)
      const max = limit(field.config.max) ?? (found.max === -Infinity ? 100 : found.max)
      return { ...field, range: { min, max } }
    }),
  }))
}

function limit(value: unknown): number | undefined {
  if (value === null || value === undefined || value === '') return undefined
  const number = Number(value)
  return Number.isFinite(number) ? number : undefined
}

function dataRange({ values }: Field): { min: number; max: number } {
  let min = Infinity
  let max = -Infinity
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (typeof value !== 'number' || !Number.isFinite(value)) continue
    if (value < min) min = value
    if (value > max) max = value
  }
  return { min, max }
}
