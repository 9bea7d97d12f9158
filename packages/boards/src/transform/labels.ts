/** Labels of series as columns. */
import { displayNameOf } from '../field/display-name.ts'
import type { Field, Frame } from '../frame.ts'
import { textOf } from '../text-of.ts'
import { column, frameOf, keyOf, pickRows, typeOf } from './columns.ts'
import { mergedFrame } from './merge.ts'
import { asText, asTexts } from './options.ts'
import { sorted } from './rows.ts'
import type { Transform } from './transform.ts'

/** `labelsToFields`: a column for each label beside the values, all series in one table; or a row for each label. */
export const labelsToFields: Transform = (frames, options) => {
  const keep = asTexts(options['keepLabels'])
  const isKept = (label: string): boolean => keep.length === 0 || keep.includes(label)
  if (options['mode'] === 'rows') {
    return frames.flatMap((frame) =>
      frame.fields
        .filter(({ labels }) => labels !== undefined)
        .map((field) => labelRows(frame, field, isKept)),
    )
  }
  const valueLabel = asText(options['valueLabel'])
  const widened = frames.map((frame) => withLabelColumns(frame, valueLabel, isKept))
  return widened.length < 2 ? widened : [mergedFrame(widened)]
}

function withLabelColumns(
  frame: Frame,
  valueLabel: string,
  isKept: (label: string) => boolean,
): Frame {
  const found = new Map<string, string>()
  const values = frame.fields.map((field): Field => {
    if (field.labels === undefined) return field
    for (const [label, value] of Object.entries(field.labels)) {
      if (isKept(label) && label !== valueLabel && !found.has(label)) found.set(label, value)
    }
    const { labels, displayName: _, ...rest } = field
    const { displayNameFromDS: _legend, ...config } = field.config
    return {
      ...rest,
      config,
      name: (valueLabel === '' ? undefined : labels[valueLabel]) ?? field.name,
    }
  })
  const times = values.filter(({ type }) => type === 'time')
  const labels = [...found].map(([label, value]) =>
    column(
      label,
      'string',
      Array.from({ length: frame.length }, () => value),
    ),
  )
  const { refId } = frame
  return frameOf({ refId }, [...times, ...labels, ...values.filter(({ type }) => type !== 'time')])
}

function labelRows(frame: Frame, field: Field, isKept: (label: string) => boolean): Frame {
  const pairs = Object.entries(field.labels ?? {}).filter(([label]) => isKept(label))
  return frameOf({ refId: frame.refId, name: displayNameOf(field, frame) }, [
    column(
      'label',
      'string',
      pairs.map(([label]) => label),
    ),
    column(
      'value',
      'string',
      pairs.map(([, value]) => value),
    ),
  ])
}

/** `joinByLabels`: a row for each set of the other labels, a column for each value of one. */
export const joinByLabels: Transform = (frames, options) => {
  const across = asText(options['value'])
  const series = frames.flatMap((frame) =>
    frame.fields
      .filter(({ type, labels }) => type !== 'time' && labels?.[across] !== undefined)
      .map((field) => ({ frame, field, labels: field.labels! })),
  )
  if (series.length === 0) return frames
  const wanted = asTexts(options['join'])
  const by =
    wanted.length > 0
      ? wanted
      : [...new Set(series.flatMap(({ labels }) => Object.keys(labels)))].filter(
          (label) => label !== across && label !== '__name__',
        )
  const columns = [...new Set(series.map(({ labels }) => labels[across]!))]
  const rows = new Map<string, { labels: Readonly<Record<string, string>>; cells: unknown[] }>()
  for (const { field, labels } of series) {
    const base = by.map((label) => keyOf(labels[label])).join('\u0000')
    const at = columns.indexOf(labels[across]!)
    for (let i = 0; i < field.values.length; i++) {
      // The n-th value of a series stands in the n-th row of its labels.
      const key = `${base}\u0001${i}`
      const row = rows.get(key) ?? { labels, cells: columns.map(() => null) }
      row.cells[at] = field.values[i]
      rows.set(key, row)
    }
  }
  const all = [...rows.values()]
  return [
    frameOf({ refId: frames[0]!.refId }, [
      ...by.map((label) =>
        column(
          label,
          'string',
          all.map(({ labels }) => labels[label] ?? ''),
        ),
      ),
      ...columns.map((name, at) => {
        const values = all.map(({ cells }) => cells[at])
        return column(name, typeOf(values), values)
      }),
    ]),
  ]
}

/** `seriesToRows`: time, name of the series, value; the newest first. */
export const seriesToRows: Transform = (frames) => {
  const series = frames.flatMap((frame) => {
    const time = frame.fields.find(({ type }) => type === 'time')
    if (time === undefined) return []
    return frame.fields
      .filter((field) => field !== time)
      .map((field) => ({ time, field, name: displayNameOf(field, frame) }))
  })
  if (series.length === 0) return frames
  const all = <T>(of: (one: (typeof series)[number], row: number) => T): T[] =>
    series.flatMap((one) => Array.from(one.field.values, (_, row) => of(one, row)))
  const values = all(({ field }, row) => field.values[row])
  const rows = frameOf({ refId: frames[0]!.refId }, [
    column(
      'Time',
      'time',
      all(({ time }, row) => time.values[row]),
    ),
    column(
      'Metric',
      'string',
      all(({ name }) => name),
    ),
    column('Value', typeOf(values), values),
  ])
  return [sorted(rows, rows.fields[0]!, true)]
}

/** `rowsToFields`: a column for each row, named by one column and filled by another. */
export const rowsToFields: Transform = (frames, options) =>
  frames.map((frame) => {
    const { name, value } = rowRoles(frame, options['mappings'])
    if (name === undefined || value === undefined) return frame
    const others = frame.fields.filter(
      (field) => field !== name && field !== value && field.type === 'string',
    )
    const fields = Array.from({ length: Math.min(frame.length, FIELDS_MAX) }, (_, row) => {
      const labels = Object.fromEntries(
        others.map((field) => [field.name, textOf(field.values[row])]),
      )
      return column(textOf(name.values[row]), value.type, [value.values[row]], {
        config: value.config,
        ...(others.length > 0 && options['mappings'] === undefined ? { labels } : {}),
      })
    })
    return frameOf(frame, fields)
  })

const FIELDS_MAX = 1000

function rowRoles(frame: Frame, mappings: unknown): { name?: Field; value?: Field } {
  const roles = new Map<string, Field>()
  for (const mapping of Array.isArray(mappings) ? (mappings as unknown[]) : []) {
    if (typeof mapping !== 'object' || mapping === null) continue
    const { fieldName, handlerKey } = mapping as Record<string, unknown>
    const field = frame.fields.find((one) => displayNameOf(one, frame) === fieldName)
    if (field !== undefined && typeof handlerKey === 'string') roles.set(handlerKey, field)
  }
  const name = roles.get('field.name') ?? frame.fields.find(({ type }) => type === 'string')
  const value = roles.get('field.value') ?? frame.fields.find(({ type }) => type === 'number')
  return { ...(name === undefined ? {} : { name }), ...(value === undefined ? {} : { value }) }
}

/** `concatenate`: all columns of all frames beside each other. */
export const concatenate: Transform = (frames, options) => {
  if (frames.length < 2) return frames
  const mode = asText(options['frameNameMode'], 'field')
  const label = asText(options['frameNameLabel'], 'frame')
  const length = Math.max(...frames.map((frame) => frame.length))
  const fields = frames.flatMap((frame) => {
    const padded = pickRows(
      frame,
      Array.from({ length }, (_, row) => row),
    )
    return padded.fields.map((field, at): Field => {
      const own = frame.fields[at]!
      if (frame.name === undefined || mode === 'drop' || own.labels !== undefined) return field
      if (mode === 'label') return { ...field, labels: { [label]: frame.name } }
      return { ...field, name: `${frame.name} · ${field.name}` }
    })
  })
  return [frameOf({ refId: frames[0]!.refId }, fields)]
}
