/** `configFromData`: one query's answer says how the others are shown. */
import type { FieldOptions } from '../dashboard.ts'
import { displayNameOf } from '../field/display-name.ts'
import { fieldTest } from '../field/matcher.ts'
import type { Frame } from '../frame.ts'
import { reduceValues } from '../reduce/reducers.ts'
import { textOf } from '../text-of.ts'

import { asList, asNumber, asRecord, asText } from './options.ts'
import type { Transform, TransformOptions } from './transform.ts'

export const configFromData: Transform = (frames, options) => {
  const refId = asText(options['configRefId'], 'config')
  const source = frames.find((frame) => frame.refId === refId)
  if (source === undefined) return frames
  const config = configIn(source, options)
  const applyTo = asRecord(options['applyTo'])
  const isWanted =
    typeof applyTo['id'] === 'string'
      ? fieldTest({ id: applyTo['id'], options: applyTo['options'] })
      : fieldTest({ id: 'numeric' })
  return frames
    .filter((frame) => frame !== source)
    .map((frame) => ({
      ...frame,
      fields: frame.fields.map((field) =>
        field.type !== 'time' && isWanted(field, frame)
          ? { ...field, config: { ...field.config, ...config } }
          : field,
      ),
    }))
}

const NUMBERS = new Set(['min', 'max', 'decimals'])
const TEXTS = new Set(['unit', 'displayName', 'noValue', 'description'])

/** What the columns of the source are for: as they are mapped, else as they are called. */
function configIn(source: Frame, options: TransformOptions): FieldOptions {
  const mappings = asList(options['mappings']).map(asRecord)
  const config: Record<string, unknown> = {}
  const steps: { value: number | null; color: string }[] = []
  for (const field of source.fields) {
    const name = displayNameOf(field, source)
    const mapping = mappings.find((one) => one['fieldName'] === name) ?? {}
    const key = asText(mapping['handlerKey'], mappings.length === 0 ? name : '')
    const value = reduceValues(field.values, asText(mapping['reducerId'], 'lastNotNull'))
    if (value === null) continue
    if (NUMBERS.has(key)) config[key] = asNumber(value)
    else if (TEXTS.has(key)) config[key] = textOf(value)
    else if (key === 'color') config['color'] = { mode: 'fixed', fixedColor: textOf(value) }
    else if (key === 'threshold1') steps.push({ value: asNumber(value), color: 'red' })
  }
  if (steps.length > 0) {
    config['thresholds'] = { mode: 'absolute', steps: [{ value: null, color: 'green' }, ...steps] }
  }
  return config
}
