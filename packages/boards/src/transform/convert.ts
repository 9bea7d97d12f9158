/** Columns of another type, cut out of others, or written another way. */
import type { Field, FieldType, Frame } from '../frame.ts'
import { formatDate } from '../format/date.ts'
import { readPattern } from '../pattern.ts'
import { isMissing } from '../reduce/reducers.ts'
import { textOf } from '../text-of.ts'
import { column, fieldNamed, frameOf, typeOf, withValues } from './columns.ts'
import { asList, asNumber, asRecord, asText } from './options.ts'
import type { Transform } from './transform.ts'

/** `convertFieldType`. */
export const convertFieldType: Transform = (frames, options, { timeZone }) => {
  const conversions = asList(options['conversions']).map(asRecord)
  return frames.map((frame) => {
    const changed = new Map<Field, Field>()
    for (const conversion of conversions) {
      const field = fieldNamed(frame, asText(conversion['targetField']))
      if (field === undefined) continue
      const type = asText(conversion['destinationType'])
      changed.set(field, converted(field, type, asText(conversion['dateFormat']), timeZone))
    }
    return { ...frame, fields: frame.fields.map((field) => changed.get(field) ?? field) }
  })
}

function converted(field: Field, type: string, dateFormat: string, timeZone: string): Field {
  const values = [...field.values]
  const to = (kind: FieldType, convert: (value: unknown) => unknown): Field => {
    const { values: _, type: _type, ...rest } = field
    return column(
      field.name,
      kind,
      values.map((value) => (isMissing(value) ? null : convert(value))),
      rest,
    )
  }
  switch (type) {
    case 'number':
      return to('number', (value) => (typeof value === 'boolean' ? Number(value) : asNumber(value)))
    case 'time':
      return to('time', timeIn)
    case 'string':
      return to('string', (value) =>
        field.type === 'time'
          ? formatDate(Number(value), dateFormat || 'YYYY-MM-DD HH:mm:ss', timeZone)
          : textOf(value),
      )
    case 'boolean':
      return to('boolean', (value) =>
        typeof value === 'string' ? !/^(false|0|no|off|)$/i.test(value.trim()) : Boolean(value),
      )
    case 'other':
    case 'complex':
      return to('other', jsonIn)
    default:
      return field
  }
}

function timeIn(value: unknown): number {
  if (typeof value === 'number') return value
  const text = textOf(value)
  const number = asNumber(text)
  return Number.isNaN(number) ? Date.parse(text) : number
}

function jsonIn(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    return null
  }
}

/** Columns of a table that anybody would still read. */
const EXTRACTED_MAX = 200

/** `extractFields`: JSON, `key=value` pairs or what an expression finds, as columns. */
export const extractFields: Transform = (frames, options) => {
  const source = asText(options['source'])
  const format = asText(options['format'], 'auto')
  return frames.map((frame) => {
    const from = fieldNamed(frame, source) ?? (source === '' ? frame.fields[0] : undefined)
    if (from === undefined) return frame
    const rows = Array.from(from.values, (value) => extracted(value, format, options))
    const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].slice(0, EXTRACTED_MAX)
    const fields = names.map((name) => {
      const values = rows.map((row) => (Object.hasOwn(row, name) ? row[name] : null))
      return column(name, typeOf(values), values)
    })
    const time = frame.fields.filter(({ type }) => type === 'time')
    const kept =
      options['replace'] === true ? (options['keepTime'] === true ? time : []) : frame.fields
    return frameOf(frame, [...kept, ...fields])
  })
}

function extracted(
  value: unknown,
  format: string,
  options: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (isMissing(value)) return {}
  if (format === 'regexp') return byPattern(textOf(value), asText(options['regExp']))
  if (format === 'delimiter') {
    const parts = textOf(value)
      .split(asText(options['delimiter'], ','))
      .map((part) => part.trim())
    return Object.fromEntries(parts.filter(Boolean).map((part) => [part, 1]))
  }
  const json = format === 'kvp' ? null : jsonIn(value)
  if (typeof json !== 'object' || json === null) {
    return format === 'json' ? {} : pairsIn(textOf(value))
  }
  const paths = asList(options['jsonPaths'])
    .map(asRecord)
    .filter(({ path }) => asText(path) !== '')
  if (paths.length === 0) return asRecord(json)
  return Object.fromEntries(
    paths.map(({ path, alias }) => [asText(alias) || asText(path), atPath(json, asText(path))]),
  )
}

function pairsIn(text: string): Record<string, string> {
  const pairs = text.matchAll(/([^\s=:,;&{}"]+)\s*[=:]\s*(?:"([^"]*)"|([^\s,;&{}"]+))/g)
  return Object.fromEntries(Array.from(pairs, ([, key, quoted, bare]) => [key!, quoted ?? bare!]))
}

function byPattern(text: string, written: string): Record<string, string> {
  const groups = readPattern(written)?.match(text) ?? []
  const names = [...written.matchAll(/\(\?P?<([A-Za-z0-9_]+)>/g)].map(([, name]) => name!)
  return Object.fromEntries(
    groups.slice(1).map((group, at) => [names[at] ?? `Group ${at + 1}`, group ?? ''] as const),
  )
}

function atPath(of: unknown, path: string): unknown {
  return path
    .split(/[.[\]]/)
    .filter(Boolean)
    .reduce((value: unknown, key) => {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return null
      return (value as Record<string, unknown>)[key]
    }, of)
}

/** `formatString`. */
export const formatString: Transform = (frames, options) => {
  const write = textFormat(asText(options['outputFormat']), options)
  return changeField(frames, asText(options['stringField']), (field) =>
    withValues(
      { ...field, type: 'string' },
      Array.from(field.values, (value) => write(textOf(value))),
    ),
  )
}

function textFormat(
  format: string,
  options: Readonly<Record<string, unknown>>,
): (text: string) => string {
  const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)
  const words = (text: string): string[] => text.split(/[\s_-]+/).filter(Boolean)
  switch (format.toLowerCase().replaceAll(' ', '')) {
    case 'uppercase':
      return (text) => text.toUpperCase()
    case 'lowercase':
      return (text) => text.toLowerCase()
    case 'sentencecase':
      return capital
    case 'titlecase':
      return (text) => text.split(' ').map(capital).join(' ')
    case 'pascalcase':
      return (text) => words(text).map(capital).join('')
    case 'camelcase':
      return (text) => {
        const joined = words(text).map(capital).join('')
        return joined.slice(0, 1).toLowerCase() + joined.slice(1)
      }
    case 'snakecase':
      return (text) => words(text).join('_').toLowerCase()
    case 'kebabcase':
      return (text) => words(text).join('-').toLowerCase()
    case 'trim':
      return (text) => text.trim()
    case 'substring': {
      const start = asNumber(options['substringStart'] ?? 0)
      const end = asNumber(options['substringEnd'] ?? 100)
      return (text) => text.slice(start, end)
    }
    default:
      return (text) => text
  }
}

/** `formatTime`: times as text. */
export const formatTime: Transform = (frames, options, { timeZone }) => {
  const pattern = asText(options['outputFormat']) || 'YYYY-MM-DD HH:mm:ss'
  const zone = asText(options['timezone']) || (options['useTimezone'] === false ? 'utc' : timeZone)
  return changeField(frames, asText(options['timeField']), (field) => {
    const values = Array.from(field.values, (value) =>
      isMissing(value) ? '' : formatDate(Number(value), pattern, zone),
    )
    return withValues({ ...field, type: 'string' }, values)
  })
}

function changeField(
  frames: readonly Frame[],
  name: string,
  change: (field: Field) => Field,
): Frame[] {
  return frames.map((frame) => {
    const target = fieldNamed(frame, name)
    if (target === undefined) return frame
    return {
      ...frame,
      fields: frame.fields.map((field) => (field === target ? change(field) : field)),
    }
  })
}
