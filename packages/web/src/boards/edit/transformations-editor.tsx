import {
  type Panel,
  type Transformation,
  valueAt,
  withElement,
  withOrder,
  withValueAt,
} from '@weir/boards'
import { ActionIcon, Select, Switch } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconTrash } from '@tabler/icons-react'
import { JsonField } from './json-field.tsx'
import { type OptionField } from './option-forms.ts'
import { OptionInput } from './options-editor.tsx'
import type { ChangePanel } from './panel-editor.tsx'

interface TransformKind {
  readonly id: string
  readonly title: string
  readonly options: Readonly<Record<string, unknown>>
  /** The usual ones by form; of others, and of all that is left, the JSON. */
  readonly fields?: readonly OptionField[]
}

const KINDS: readonly TransformKind[] = [
  {
    id: 'organize',
    title: 'Order, rename, leave out fields',
    options: { excludeByName: {}, indexByName: {}, renameByName: {} },
  },
  { id: 'merge', title: 'Merge into one table', options: {} },
  {
    id: 'joinByField',
    title: 'Join by a field',
    options: { mode: 'outer' },
    fields: [
      { kind: 'text', path: 'byField', label: 'Field' },
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
    fields: [{ kind: 'text', path: 'include.pattern', label: 'Names that fit' }],
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
      { kind: 'text', path: 'binary.left', label: 'Field' },
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
      { kind: 'text', path: 'binary.right', label: 'Field or number' },
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
  { id: 'seriesToRows', title: 'Series become rows', options: {} },
  { id: 'convertFieldType', title: 'Another type of a field', options: { conversions: [] } },
  { id: 'extractFields', title: 'Fields out of a text', options: { source: '', format: 'json' } },
  { id: 'timeSeriesTable', title: 'A small chart in each row', options: {} },
  { id: 'groupingToMatrix', title: 'Grouped rows become a matrix', options: {} },
]

/** What is done with the answers before they are drawn, from the first to the last. */
export function TransformationsEditor(props: {
  readonly panel: Panel
  readonly change: ChangePanel
}): React.JSX.Element {
  const { panel, change } = props
  const set = (transformations: readonly Transformation[], key = ''): void =>
    change((before) => ({ ...before, transformations }), 'transformations', key)
  const list = panel.transformations
  return (
    <div className="queries">
      {list.map((one, i) => (
        <TransformationEditor
          key={i}
          one={one}
          onChange={(next) => set(withElement(list, i, next), `transformation ${i}`)}
          tools={
            <>
              <Tool label="Earlier" isOff={i === 0} onClick={() => set(withOrder(list, i, i - 1))}>
                <IconArrowUp size={15} />
              </Tool>
              <Tool
                label="Later"
                isOff={i === list.length - 1}
                onClick={() => set(withOrder(list, i, i + 1))}
              >
                <IconArrowDown size={15} />
              </Tool>
              <Tool
                label="Remove the transformation"
                onClick={() => set(list.filter((_one, other) => other !== i))}
              >
                <IconTrash size={15} />
              </Tool>
            </>
          }
        />
      ))}
      <Select
        aria-label="Add a transformation"
        placeholder="Add a transformation…"
        size="xs"
        w={320}
        searchable
        value={null}
        data={KINDS.map(({ id, title }) => ({ value: id, label: title }))}
        onChange={(id) => {
          const kind = KINDS.find((one) => one.id === id)
          if (kind !== undefined) set([...list, { id: kind.id, options: kind.options }])
        }}
      />
    </div>
  )
}

function TransformationEditor(props: {
  readonly one: Transformation
  readonly tools: React.ReactNode
  readonly onChange: (next: Transformation) => void
}): React.JSX.Element {
  const { one, tools, onChange } = props
  const kind = KINDS.find(({ id }) => id === one.id)
  return (
    <section
      className="query"
      aria-label={kind?.title ?? one.id}
      data-off={one.disabled === true ? '' : undefined}
    >
      <header>
        <b>{kind?.title ?? one.id}</b>
        <span className="edit-grow" />
        <Switch
          size="xs"
          label="On"
          checked={one.disabled !== true}
          onChange={(event) => onChange({ ...one, disabled: !event.currentTarget.checked })}
        />
        {tools}
      </header>
      {kind?.fields === undefined ? (
        <JsonField
          label="Options"
          value={one.options}
          onChange={(options) =>
            onChange({ ...one, options: options as Transformation['options'] })
          }
        />
      ) : (
        <div className="query-more">
          {kind.fields.map((field) => (
            <OptionInput
              key={field.path}
              field={field}
              value={valueAt(one.options, field.path)}
              onChange={(value) =>
                onChange({ ...one, options: withValueAt(one.options, field.path, value) })
              }
            />
          ))}
        </div>
      )}
    </section>
  )
}

function Tool(props: {
  readonly label: string
  readonly isOff?: boolean
  readonly onClick: () => void
  readonly children: React.ReactNode
}): React.JSX.Element {
  const { label, isOff = false, onClick, children } = props
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={26}
      aria-label={label}
      disabled={isOff}
      onClick={onClick}
    >
      {children}
    </ActionIcon>
  )
}
