/** A panel's transformations, one after the other. */
import type { Transformation } from '../dashboard.ts'
import type { Frame } from '../frame.ts'
import type { Note } from '../note.ts'
import { calculateField } from './calculate.ts'
import { configFromData } from './config-from-data.ts'
import { convertFieldType, extractFields, formatString, formatTime } from './convert.ts'
import { groupBy, groupingToMatrix, partitionByValues } from './group.ts'
import { joinByField } from './join.ts'
import { concatenate, joinByLabels, labelsToFields, rowsToFields, seriesToRows } from './labels.ts'
import { merge } from './merge.ts'
import { asRecord } from './options.ts'
import {
  filterByRefId,
  filterFieldsByName,
  frameTest,
  organize,
  renameByRegex,
} from './organize.ts'
import { reduce } from './reduce.ts'
import { filterByValue, limit, sortBy } from './rows.ts'
import { prepareTimeSeries, timeSeriesTable } from './time-series.ts'
import type { Transform, TransformContext } from './transform.ts'

const TRANSFORMS: Readonly<Record<string, Transform>> = {
  organize,
  merge,
  joinByField,
  seriesToColumns: joinByField,
  filterFieldsByName,
  filterByRefId,
  groupBy,
  renameByRegex,
  reduce,
  calculateField,
  sortBy,
  labelsToFields,
  filterByValue,
  timeSeriesTable,
  extractFields,
  limit,
  seriesToRows,
  convertFieldType,
  prepareTimeSeries,
  groupingToMatrix,
  configFromData,
  joinByLabels,
  concatenate,
  rowsToFields,
  partitionByValues,
  formatString,
  formatTime,
  noop: (frames) => frames,
}

/** Whether Weir has a transformation of this id. */
export function isKnownTransform(id: string): boolean {
  return Object.hasOwn(TRANSFORMS, id)
}

const PLAIN: TransformContext = { text: (template) => template, timeZone: 'browser' }

/**
 * Transforms frames in order. One that nobody knows, or that fails, leaves the data as it was and
 * says so in a note.
 */
export function applyTransformations(
  frames: readonly Frame[],
  transformations: readonly Transformation[],
  context: Partial<TransformContext> = {},
): { readonly frames: readonly Frame[]; readonly notes: readonly Note[] } {
  const full = { ...PLAIN, ...context }
  const notes: Note[] = []
  let current = frames
  for (const transformation of transformations) {
    if (transformation.disabled === true || transformation['topic'] === 'annotations') continue
    const { id } = transformation
    if (!isKnownTransform(id)) {
      notes.push({
        kind: 'ignored',
        where: '',
        text: `Transformation "${id}" is not known here; the data is shown without it`,
      })
      continue
    }
    try {
      current = applyOne(current, transformation, full)
    } catch (cause) {
      notes.push({
        kind: 'broken',
        where: '',
        text: `Transformation "${id}" failed (${String(cause)}); the data is shown without it`,
      })
    }
  }
  return { frames: current, notes }
}

function applyOne(
  frames: readonly Frame[],
  transformation: Transformation,
  context: TransformContext,
): readonly Frame[] {
  const transform = TRANSFORMS[transformation.id]!
  const options = asRecord(transformation.options)
  const filter = transformation['filter']
  if (filter === undefined || filter === null) return transform(frames, options, context)
  const isMeant = frameTest(asRecord(filter))
  const first = frames.findIndex(isMeant)
  if (first < 0) return frames
  const changed = transform(frames.filter(isMeant), options, context)
  // What came of the frames that were meant stands where the first of them stood.
  return [
    ...frames.slice(0, first),
    ...changed,
    ...frames.slice(first).filter((frame) => !isMeant(frame)),
  ]
}
