/** `reduce`: columns as single values. */
import { displayNameOf } from '../field/display-name.ts'
import type { Field, Frame } from '../frame.ts'
import { reduceValues, reducerOf } from '../reduce/reducers.ts'
import { column, frameOf, typeOf } from './columns.ts'
import { asTexts } from './options.ts'
import type { Transform } from './transform.ts'

export const reduce: Transform = (frames, options) => {
  const reducers = asTexts(options['reducers']).flatMap((id) => reducerOf(id) ?? [])
  if (reducers.length === 0) return frames
  const withTime = options['includeTimeField'] === true
  const ids = reducers.map(({ id }) => id)
  if (options['mode'] === 'reduceFields') {
    return frames.map((frame) => reducedFrame(frame, ids, withTime))
  }
  return [rowAField(frames, ids, withTime, options['labelsToFields'] === true)]
}

const isWanted = (field: Field, withTime: boolean): boolean => withTime || field.type !== 'time'

/** A row for each field of all frames, a column for each reducer. */
function rowAField(
  frames: readonly Frame[],
  ids: readonly string[],
  withTime: boolean,
  withLabels: boolean,
): Frame {
  const rows = frames.flatMap((frame) =>
    frame.fields
      .filter((field) => isWanted(field, withTime))
      .map((field) => ({ field, name: displayNameOf(field, frame), values: field.values })),
  )
  const labels = withLabels
    ? [...new Set(rows.flatMap(({ field }) => Object.keys(field.labels ?? {})))]
    : []
  const fields = [
    column(
      'Field',
      'string',
      rows.map(({ field, name }) => (withLabels && field.labels !== undefined ? field.name : name)),
    ),
    ...labels.map((label) =>
      column(
        label,
        'string',
        rows.map(({ field }) => field.labels?.[label] ?? ''),
      ),
    ),
    ...ids.map((id) => {
      const values = rows.map(({ values: of }) => reduceValues(of, id))
      return column(reducerOf(id)!.name, typeOf(values), values)
    }),
  ]
  return frameOf({ refId: frames[0]?.refId ?? 'A' }, fields)
}

/** The same fields with one row; several reducers are told apart by a label. */
function reducedFrame(frame: Frame, ids: readonly string[], withTime: boolean): Frame {
  const fields = frame.fields
    .filter((field) => isWanted(field, withTime))
    .flatMap((field) =>
      ids.map((id) => {
        const values = [reduceValues(field.values, id)]
        const name = reducerOf(id)!.name
        const kept = displayNameOf(field, frame)
        return column(field.name, typeOf(values), values, {
          config:
            ids.length === 1 ? field.config : { ...field.config, displayName: `${kept} ${name}` },
          ...(field.labels === undefined ? {} : { labels: field.labels }),
        })
      }),
    )
  return frameOf(frame, fields)
}
