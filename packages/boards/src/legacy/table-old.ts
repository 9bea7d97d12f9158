/** The table of old, whose columns were named and coloured by `styles`. */
import { type Json, number, record, records, text, without } from '../json.ts'
import type { NoteBook } from '../note-book.ts'
import { calcOf, colouredSteps, oldMappings } from './mappings.ts'

const CONSUMED = [
  'columns', 'fontSize', 'pageSize', 'scroll', 'showHeader', 'sort', 'styles', 'transform', 'filterNull', 'pluginVersion',
] as const // prettier-ignore

export function tableOldToTable(panel: Json, where: string, notes: NoteBook): Json {
  const styles = records(panel['styles']).filter(({ pattern }) => text(pattern) !== '')
  const hidesByPattern = styles.some(
    ({ type, pattern }) => type === 'hidden' && isPattern(text(pattern)),
  )
  const config = record(panel['fieldConfig'])
  const sortBy = sortOf(panel)
  return {
    ...without(panel, ...CONSUMED),
    type: 'table',
    fieldConfig: {
      ...config,
      defaults: record(config['defaults']),
      // The first style that fits counted; of overrides the last one does.
      overrides: [
        ...records(config['overrides']),
        ...styles.toReversed().map((style) => overrideOf(style, hidesByPattern)),
      ],
    },
    options: {
      ...record(panel['options']),
      showHeader: panel['showHeader'] !== false,
      ...(sortBy.length > 0 && { sortBy }),
      ...(number(panel['pageSize']) !== undefined && { enablePagination: true }),
    },
    transformations: [
      ...records(panel['transformations']),
      ...transformationsOf(panel, where, notes),
    ],
  }
}

function transformationsOf(panel: Json, where: string, notes: NoteBook): readonly Json[] {
  switch (text(panel['transform'])) {
    case '':
    case 'table':
      return records(panel['targets']).length > 1 ? [{ id: 'merge', options: {} }] : []
    case 'timeseries_to_rows':
      return [{ id: 'seriesToRows', options: {} }]
    case 'timeseries_to_columns':
      return [{ id: 'joinByField', options: { byField: 'Time', mode: 'outer' } }]
    case 'timeseries_aggregations': {
      const calcs = records(panel['columns']).map(({ value }) => calcOf(value))
      const reducers = calcs.length === 0 ? ['mean'] : calcs
      return [{ id: 'reduce', options: { mode: 'seriesToRows', reducers } }]
    }
    default:
      notes.ignored(where, `The table's form "${text(panel['transform'])}" is shown as it comes`)
      return []
  }
}

/** A column by its number: known where columns have fixed places. */
function sortOf(panel: Json): readonly Json[] {
  const { col, desc } = record(panel['sort'])
  const index = number(col)
  if (index === undefined) return []
  const columns =
    panel['transform'] === 'timeseries_to_rows'
      ? ['Time', 'Metric', 'Value']
      : ['Field', ...records(panel['columns']).map((column) => text(column['text']))]
  const displayName = columns[index]
  if (panel['transform'] === 'table' || displayName === undefined) return []
  return [{ displayName, desc: desc === true }]
}

function isPattern(pattern: string): boolean {
  return /^\/.{0,2000}\/[a-z]{0,5}$/s.test(pattern)
}

function overrideOf(style: Json, saysHidden: boolean): Json {
  const pattern = text(style['pattern'])
  return {
    matcher: { id: isPattern(pattern) ? 'byRegexp' : 'byName', options: pattern },
    properties: propertiesOf(style, saysHidden),
  }
}

function propertiesOf(style: Json, saysHidden: boolean): readonly Json[] {
  const found: Json[] = []
  const set = (id: string, value: unknown): void => {
    if (value !== undefined && value !== '') found.push({ id, value })
  }
  if (style['type'] === 'hidden') return [{ id: 'custom.hidden', value: true }]
  if (saysHidden) set('custom.hidden', false)
  set('displayName', text(style['alias']))
  if (text(style['align']) !== 'auto') set('custom.align', text(style['align']))
  switch (text(style['type'])) {
    case 'number':
      set('unit', text(style['unit']))
      set('decimals', number(style['decimals']))
      break
    case 'date':
      set('unit', `time: ${text(style['dateFormat']) || 'YYYY-MM-DD HH:mm:ss'}`.replace(': ', ':'))
      break
    case 'string':
      set('unit', 'string')
      break
  }
  const mappings = oldMappings(style)
  if (mappings.length > 0) set('mappings', mappings)
  setColours(style, set)
  if (style['link'] === true) {
    const title = text(style['linkTooltip']) || 'Open'
    set('links', [
      { title, url: text(style['linkUrl']), targetBlank: style['linkTargetBlank'] === true },
    ])
  }
  return found
}

function setColours(style: Json, set: (id: string, value: unknown) => void): void {
  const thresholds = colouredSteps(style['thresholds'], style['colors'])
  const colorMode = text(style['colorMode'])
  if (colorMode === '' || thresholds === undefined) return
  set('thresholds', thresholds)
  set('color', { mode: 'thresholds' })
  set(
    'custom.cellOptions',
    colorMode === 'value'
      ? { type: 'color-text' }
      : {
          type: 'color-background',
          mode: 'basic',
          ...(colorMode === 'row' && { applyToRow: true }),
        },
  )
}
