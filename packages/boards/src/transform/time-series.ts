/** Shapes of time series: a sparkline in a table's cell, wide, many or long. */
import { displayNameOf } from '../field/display-name.ts'
import type { Field, Frame } from '../frame.ts'
import { textOf } from '../text-of.ts'
import { column, frameOf } from './columns.ts'
import { rowGroups } from './group.ts'
import { joinFrames } from './join.ts'
import { mergedFrame } from './merge.ts'
import { asRecord, asText } from './options.ts'
import type { Transform } from './transform.ts'

/** `timeSeriesTable`: a row a series, its labels, and the series itself in a column `Trend`. */
export const timeSeriesTable: Transform = (frames, options) => {
  const refIds = [...new Set(frames.map(({ refId }) => refId))]
  return refIds.flatMap((refId) => {
    const own = frames.filter((frame) => frame.refId === refId)
    const series = own.filter((frame) => seriesField(frame) !== undefined)
    // A table has no series to draw: it stays.
    if (series.length === 0) return own
    const setting = asRecord(options[refId])
    const stat = asText(
      setting['stat'],
      asText(asRecord(options['refIdToStat'])[refId], 'lastNotNull'),
    )
    const labels = [
      ...new Set(series.flatMap((frame) => Object.keys(seriesField(frame)!.labels ?? {}))),
    ]
    return [
      frameOf({ refId }, [
        ...labels.map((label) =>
          column(
            label,
            'string',
            series.map((frame) => seriesField(frame)!.labels?.[label] ?? ''),
          ),
        ),
        column(`Trend #${refId}`, 'frame', series, { config: { stat } }),
      ]),
    ]
  })
}

/** The figures of a frame that has times. */
function seriesField(frame: Frame): Field | undefined {
  if (!frame.fields.some(({ type }) => type === 'time')) return undefined
  return frame.fields.find(({ type }) => type === 'number')
}

/** `prepareTimeSeries`. */
export const prepareTimeSeries: Transform = (frames, options) => {
  switch (asText(options['format'], 'wide')) {
    case 'wide': {
      const joined = joinFrames(frames.flatMap(split), { by: undefined, mode: 'outer' })
      return joined === undefined ? frames : [joined]
    }
    case 'long':
      return long(frames)
    default:
      return frames.flatMap(split)
  }
}

/** A frame for each column of figures; for each set of texts, where a table has some. */
function split(frame: Frame): Frame[] {
  const time = frame.fields.find(({ type }) => type === 'time')
  if (time === undefined) return []
  const texts = frame.fields.filter(({ type }) => type === 'string')
  const numbers = frame.fields.filter(({ type }) => type === 'number' || type === 'boolean')
  const { refId, name } = frame
  if (texts.length === 0) {
    const named = name === undefined ? { refId } : { refId, name }
    return numbers.map((field) => frameOf(named, [time, field]))
  }
  return rowGroups(frame, texts).flatMap((rows) => {
    const labels = Object.fromEntries(
      texts.map((field) => [displayNameOf(field, frame), textOf(field.values[rows[0]!])]),
    )
    return numbers.map((field) =>
      frameOf({ refId }, [
        column(
          time.name,
          'time',
          rows.map((row) => time.values[row]),
          { config: time.config },
        ),
        column(
          field.name,
          field.type,
          rows.map((row) => field.values[row]),
          { config: field.config, labels },
        ),
      ]),
    )
  })
}

/** Time, labels as texts, and figures, in the order of time. */
function long(frames: readonly Frame[]): Frame[] {
  const widened = frames.flatMap(split).map((frame) => {
    const [time, value] = frame.fields as [Field, Field]
    const texts = Object.entries(value.labels ?? {}).map(([label, text]) =>
      column(
        label,
        'string',
        Array.from({ length: frame.length }, () => text),
      ),
    )
    const { labels: _, ...bare } = value
    const { displayNameFromDS: _legend, ...config } = value.config
    return frameOf({ refId: frame.refId }, [time, ...texts, { ...bare, config }])
  })
  return widened.length === 0 ? [] : [mergedFrame(widened)]
}
