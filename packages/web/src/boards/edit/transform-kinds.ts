import type { OptionField } from './option-forms.ts'

/** An option of a transformation: also the name of a field, or of several, to choose or to type. */
export type TransformField =
  | OptionField
  | { readonly kind: 'field'; readonly path: string; readonly label: string }
  | { readonly kind: 'fields'; readonly path: string; readonly label: string }

export interface TransformKind {
  readonly id: string
  readonly title: string
  readonly options: Readonly<Record<string, unknown>>
  /** Unset where a form of its own asks for them (see transform-forms.tsx), or only the JSON does. */
  readonly fields?: readonly TransformField[]
}

/** The transformations that can be added, the usual ones first. */
export const TRANSFORM_KINDS: readonly TransformKind[] = [
  {
    id: 'organize',
    title: 'Order, rename, leave out fields',
    options: { excludeByName: {}, indexByName: {}, renameByName: {} },
  },
  { id: 'merge', title: 'Merge into one table', options: {}, fields: [] },
  {
    id: 'joinByField',
    title: 'Join by a field',
    options: { mode: 'outer' },
    fields: [
      { kind: 'field', path: 'byField', label: 'Field' },
      {
        kind: 'choice',
        path: 'mode',
        label: 'Keep',
        choices: [
          ['outer', 'All rows'],
          ['inner', 'Rows that are everywhere'],
          ['outerTabular', 'All rows, also doubled ones'],
        ],
      },
    ],
  },
  {
    id: 'filterFieldsByName',
    title: 'Only some fields',
    options: { include: { names: [] } },
    fields: [
      { kind: 'fields', path: 'include.names', label: 'Fields' },
      { kind: 'text', path: 'include.pattern', label: 'Or names that fit' },
    ],
  },
  { id: 'groupBy', title: 'Group rows', options: { fields: {} } },
  {
    id: 'renameByRegex',
    title: 'Rename by a pattern',
    options: { regex: '(.*)', renamePattern: '$1' },
    fields: [
      { kind: 'text', path: 'regex', label: 'Pattern' },
      { kind: 'text', path: 'renamePattern', label: 'Becomes' },
    ],
  },
  {
    id: 'reduce',
    title: 'Reduce to calculations',
    options: { reducers: ['lastNotNull'], mode: 'seriesToRows' },
    fields: [
      { kind: 'calcs', path: 'reducers', label: 'Calculations' },
      {
        kind: 'choice',
        path: 'mode',
        label: 'Makes',
        choices: [
          ['seriesToRows', 'A row for each field'],
          ['reduceFields', 'A value for each field'],
        ],
      },
      { kind: 'boolean', path: 'labelsToFields', label: 'Labels become fields' },
    ],
  },
  {
    id: 'calculateField',
    title: 'Another field by calculation',
    options: { mode: 'binary', binary: { left: '', operator: '+', right: '' } },
    fields: [
      { kind: 'text', path: 'alias', label: 'Called' },
      { kind: 'field', path: 'binary.left', label: 'Field' },
      {
        kind: 'choice',
        path: 'binary.operator',
        label: 'Sign',
        choices: [
          ['+', '+'],
          ['-', '−'],
          ['*', '×'],
          ['/', '÷'],
        ],
      },
      { kind: 'field', path: 'binary.right', label: 'Field or number' },
      { kind: 'boolean', path: 'replaceFields', label: 'In place of all others' },
    ],
  },
  {
    id: 'sortBy',
    title: 'Sort rows',
    options: { sort: [{ field: '', desc: true }] },
  },
  {
    id: 'labelsToFields',
    title: 'Labels become fields',
    options: { mode: 'columns' },
    fields: [
      {
        kind: 'choice',
        path: 'mode',
        label: 'As',
        choices: [
          ['columns', 'Columns'],
          ['rows', 'Rows'],
        ],
      },
    ],
  },
  {
    id: 'filterByValue',
    title: 'Only rows whose values fit',
    options: { type: 'include', match: 'any', filters: [] },
  },
  {
    id: 'limit',
    title: 'Only the first rows',
    options: { limitField: 10 },
    fields: [{ kind: 'number', path: 'limitField', label: 'Rows' }],
  },
  { id: 'seriesToRows', title: 'Series become rows', options: {}, fields: [] },
  { id: 'convertFieldType', title: 'Another type of a field', options: { conversions: [] } },
  {
    id: 'extractFields',
    title: 'Fields out of a text',
    options: { source: '', format: 'json' },
    fields: [
      { kind: 'field', path: 'source', label: 'Out of' },
      {
        kind: 'choice',
        path: 'format',
        label: 'Written as',
        choices: [
          ['json', 'JSON'],
          ['kvp', 'key=value'],
          ['auto', 'Either of them'],
          ['regexp', 'Text, by a pattern'],
          ['delimiter', 'Words between signs'],
        ],
      },
      { kind: 'text', path: 'regExp', label: 'Pattern with (?<names>…)' },
      { kind: 'text', path: 'delimiter', label: 'Sign between words' },
      { kind: 'boolean', path: 'replace', label: 'In place of all others' },
      { kind: 'boolean', path: 'keepTime', label: 'but for the time' },
    ],
  },
  { id: 'timeSeriesTable', title: 'A small chart in each row', options: {} },
  {
    id: 'groupingToMatrix',
    title: 'Grouped rows become a matrix',
    options: {},
    fields: [
      { kind: 'field', path: 'columnField', label: 'Across' },
      { kind: 'field', path: 'rowField', label: 'Down' },
      { kind: 'field', path: 'valueField', label: 'In the cells' },
    ],
  },
  {
    id: 'partitionByValues',
    title: 'A table for each value',
    options: { fields: [] },
    fields: [{ kind: 'fields', path: 'fields', label: 'Values of' }],
  },
  {
    id: 'formatTime',
    title: 'A time as text',
    options: { timeField: '', outputFormat: 'YYYY-MM-DD HH:mm' },
    fields: [
      { kind: 'field', path: 'timeField', label: 'Field' },
      { kind: 'text', path: 'outputFormat', label: 'Written as' },
    ],
  },
]
