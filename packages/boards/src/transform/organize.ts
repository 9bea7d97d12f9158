/** Columns hidden, ordered and renamed, by name. */
import { displayNameOf } from '../field/display-name.ts'
import type { Field, Frame } from '../frame.ts'
import { readPattern } from '../pattern.ts'
import { frameOf, renamed } from './columns.ts'
import { asList, asNumber, asRecord, asText, asTexts } from './options.ts'
import type { Transform, TransformOptions } from './transform.ts'

/** `organize`: hide, order and rename in one. */
export const organize: Transform = (frames, options) =>
  frames.map((frame) => {
    const excluded = asRecord(options['excludeByName'])
    const included = asRecord(options['includeByName'])
    const places = asRecord(options['indexByName'])
    const names = asRecord(options['renameByName'])
    const hasIncluded = Object.values(included).includes(true)
    const kept = frame.fields
      .map((field) => ({ field, name: displayNameOf(field, frame) }))
      .filter(({ name }) => excluded[name] !== true && (!hasIncluded || included[name] === true))
    const place = (name: string): number => {
      const at = Object.hasOwn(places, name) ? asNumber(places[name]) : NaN
      return Number.isNaN(at) ? Infinity : at
    }
    const ordered = kept.toSorted((a, b) => {
      const [left, right] = [place(a.name), place(b.name)]
      return left === right ? 0 : left - right
    })
    const fields = ordered.map(({ field, name }) => {
      const wanted = Object.hasOwn(names, name) ? asText(names[name]) : ''
      return wanted === '' ? keepName(field, name) : renamed(field, wanted)
    })
    return { ...frameOf(frame, fields), length: fields.length === 0 ? 0 : frame.length }
  })

/** A name that was counted (`Time 2`) stays when its like is gone. */
function keepName(field: Field, name: string): Field {
  return name === field.name || field.labels !== undefined ? field : renamed(field, name)
}

/** `filterFieldsByName`: by a list, a pattern or both; out of a list, or a pattern, too. */
export const filterFieldsByName: Transform = (frames, options, { text }) => {
  const byVariable = options['byVariable'] === true
  const wanted = nameTest(options['include'], byVariable, text)
  const unwanted = nameTest(options['exclude'], byVariable, text)
  return keepFields(frames, (field, frame) => {
    const name = displayNameOf(field, frame)
    const isIn = wanted === undefined || wanted(name) || wanted(field.name)
    return isIn && !(unwanted?.(name) ?? false)
  })
}

function nameTest(
  written: unknown,
  byVariable: boolean,
  text: (template: string) => string,
): ((name: string) => boolean) | undefined {
  const options = asRecord(written)
  const names = byVariable
    ? text(asText(options['variable']))
        .replaceAll(/^\{|\}$/g, '')
        .split(',')
    : asTexts(options['names'])
  const pattern = asText(options['pattern'])
  if (byVariable ? names.join('') === '' : names.length === 0 && pattern === '') return undefined
  const read = pattern === '' || byVariable ? undefined : readPattern(text(pattern))
  return (name) => names.includes(name) || (read?.test(name) ?? false)
}

function keepFields(
  frames: readonly Frame[],
  test: (field: Field, frame: Frame) => boolean,
): Frame[] {
  return frames.flatMap((frame) => {
    const fields = frame.fields.filter((field) => test(field, frame))
    return fields.length === 0 ? [] : [{ ...frame, fields }]
  })
}

/** `filterByRefId`: the answers of some queries. */
export const filterByRefId: Transform = (frames, options) => {
  const include = refIdTest(options['include'])
  const exclude = refIdTest(options['exclude'])
  return frames.filter(({ refId }) => (include?.(refId) ?? true) && !(exclude?.(refId) ?? false))
}

/** A refId, or a pattern of them, or a list. */
function refIdTest(written: unknown): ((refId: string) => boolean) | undefined {
  const list = asTexts(asList(written))
  if (list.length > 0) return (refId) => list.includes(refId)
  const text = asText(written)
  if (text === '') return undefined
  const pattern = readPattern(text.startsWith('/') ? text : `^(?:${text})$`)
  return (refId) => refId === text || (pattern?.test(refId) ?? false)
}

/** `renameByRegex`. */
export const renameByRegex: Transform = (frames, options) => {
  const pattern = readPattern(asText(options['regex']))
  const by = asText(options['renamePattern'])
  if (pattern === undefined || asText(options['regex']) === '') return frames
  return frames.map((frame) => ({
    ...frame,
    fields: frame.fields.map((field) => {
      const name = displayNameOf(field, frame)
      return pattern.test(name) ? renamed(field, pattern.replace(name, by)) : field
    }),
  }))
}

/** Whether a transformation's `filter` means a frame. */
export function frameTest(filter: TransformOptions): (frame: Frame) => boolean {
  switch (asText(filter['id'])) {
    case 'byRefId':
    case 'byFrameRefID':
      return ({ refId }) => refIdTest(filter['options'])?.(refId) ?? true
    case 'byName':
      return ({ name }) => name === filter['options']
    default:
      return () => true
  }
}
