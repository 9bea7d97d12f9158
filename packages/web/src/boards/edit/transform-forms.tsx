import { withElement } from '@weir/boards'
import {
  ActionIcon,
  Autocomplete,
  Button,
  Checkbox,
  MultiSelect,
  Select,
  TagsInput,
  TextInput,
} from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react'
import { CALCS } from './calcs.ts'
import { OptionInput } from './options-editor.tsx'
import {
  type TransformOptions,
  groupedNames,
  organizedNames,
  recordAt,
  rowsAt,
  textAt,
  withMoved,
  withRecord,
  withShown,
} from './transform-options.ts'
import type { TransformField } from './transform-kinds.ts'

interface FormProps {
  readonly options: TransformOptions
  /** Of the fields that come in; none while there is no answer. */
  readonly names: readonly string[]
  readonly onChange: (options: TransformOptions) => void
}

/** Transformations that have a form of their own, by id. */
export const TRANSFORM_FORMS: Readonly<
  Record<string, ((props: FormProps) => React.JSX.Element) | undefined>
> = {
  organize: OrganizeForm,
  groupBy: GroupByForm,
  sortBy: SortByForm,
  filterByValue: FilterByValueForm,
  convertFieldType: ConvertForm,
}

/** One option; the name of a field is chosen among those that come in, or typed. */
export function TransformInput(props: {
  readonly field: TransformField
  readonly names: readonly string[]
  readonly value: unknown
  readonly onChange: (value: unknown) => void
}): React.JSX.Element {
  const { field, names, value, onChange } = props
  if (field.kind === 'field') {
    const text = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
    return <FieldName label={field.label} {...{ names, onChange }} value={text} />
  }
  if (field.kind === 'fields') {
    const chosen = Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
    return (
      <TagsInput
        label={field.label}
        size="xs"
        data={[...new Set(names)]}
        value={chosen}
        onChange={onChange}
      />
    )
  }
  return <OptionInput field={field} value={value} onChange={onChange} />
}

function FieldName(props: {
  readonly label: string
  readonly names: readonly string[]
  readonly value: string
  readonly onChange: (name: string) => void
}): React.JSX.Element {
  return (
    <Autocomplete
      label={props.label}
      size="xs"
      data={[...new Set(props.names)]}
      value={props.value}
      onChange={props.onChange}
    />
  )
}

const WAITING = (
  <p className="muted transform-wait">The fields are listed as soon as the queries have answers.</p>
)

/** `organize`: a line for each field, in the order in which they come out. */
function OrganizeForm({ options, names, onChange }: FormProps): React.JSX.Element {
  const rows = organizedNames(options, names)
  const order = rows.map(({ name }) => name)
  const renames = recordAt(options, 'renameByName')
  if (rows.length === 0) return WAITING
  return (
    <ol className="transform-rows" aria-label="Fields">
      {rows.map(({ name, isShown }, i) => (
        <li key={name} className="transform-organize" data-off={isShown ? undefined : ''}>
          <Checkbox
            size="xs"
            label={name}
            checked={isShown}
            onChange={(event) => onChange(withShown(options, name, event.currentTarget.checked))}
          />
          <TextInput
            aria-label={`${name} is called`}
            placeholder="as it is"
            size="xs"
            value={textAt(renames, name)}
            onChange={(event) =>
              onChange(withRecord(options, 'renameByName', name, event.currentTarget.value))
            }
          />
          <Tool
            label={`${name} earlier`}
            isOff={i === 0}
            onClick={() => onChange(withMoved(options, order, i, i - 1))}
          >
            <IconArrowUp size={14} />
          </Tool>
          <Tool
            label={`${name} later`}
            isOff={i === rows.length - 1}
            onClick={() => onChange(withMoved(options, order, i, i + 1))}
          >
            <IconArrowDown size={14} />
          </Tool>
        </li>
      ))}
    </ol>
  )
}

const OPERATIONS = [
  { value: 'groupby', label: 'Group by it' },
  { value: 'aggregate', label: 'Calculate' },
]

/** `groupBy`: what rows are put together by, and what is calculated of the rest. */
function GroupByForm({ options, names, onChange }: FormProps): React.JSX.Element {
  const all = groupedNames(options, names)
  const fields = recordAt(options, 'fields')
  if (all.length === 0) return WAITING
  return (
    <ul className="transform-rows" aria-label="Fields">
      {all.map((name) => {
        const setting = recordAt(fields, name)
        const operation = textAt(setting, 'operation')
        const set = (next: TransformOptions | undefined): void =>
          onChange(withRecord(options, 'fields', name, next))
        return (
          <li key={name} className="transform-group">
            <span className="clip" title={name}>
              {name}
            </span>
            <Select
              aria-label={`With ${name}`}
              placeholder="left out"
              size="xs"
              clearable
              clearButtonProps={{ 'aria-label': `Leave ${name} out` }}
              data={OPERATIONS}
              value={operation === '' ? null : operation}
              onChange={(next) =>
                set(next === null ? undefined : { aggregations: [], ...setting, operation: next })
              }
            />
            {operation === 'aggregate' ? (
              <MultiSelect
                aria-label={`Calculations of ${name}`}
                placeholder={rowsAt(setting, 'aggregations').length === 0 ? 'which?' : ''}
                size="xs"
                searchable
                data={CALCS}
                value={rowsAt(setting, 'aggregations').filter((one) => typeof one === 'string')}
                onChange={(aggregations) => set({ ...setting, aggregations })}
              />
            ) : null}
          </li>
        )
      })}
    </ul>
  )
}

/** `sortBy`: by one field. */
function SortByForm({ options, names, onChange }: FormProps): React.JSX.Element {
  const [first = {}] = rowsAt(options, 'sort') as TransformOptions[]
  const set = (change: TransformOptions): void =>
    onChange({ ...options, sort: [{ ...first, ...change }] })
  return (
    <div className="query-more">
      <FieldName
        label="By"
        names={names}
        value={textAt(first, 'field')}
        onChange={(field) => set({ field })}
      />
      <Select
        label="Order"
        size="xs"
        allowDeselect={false}
        data={[
          { value: 'asc', label: 'The smallest first' },
          { value: 'desc', label: 'The largest first' },
        ]}
        value={first['desc'] === true ? 'desc' : 'asc'}
        onChange={(order) => set({ desc: order === 'desc' })}
      />
    </div>
  )
}

const TESTS = [
  { value: 'greater', label: 'is more than' },
  { value: 'greaterOrEqual', label: 'is at least' },
  { value: 'lower', label: 'is less than' },
  { value: 'lowerOrEqual', label: 'is at most' },
  { value: 'equal', label: 'is' },
  { value: 'notEqual', label: 'is not' },
  { value: 'between', label: 'is between' },
  { value: 'regex', label: 'fits the pattern' },
  { value: 'substring', label: 'contains' },
  { value: 'notSubstring', label: 'does not contain' },
  { value: 'isNull', label: 'is missing' },
  { value: 'isNotNull', label: 'is there' },
]
const WITHOUT_VALUE = new Set(['isNull', 'isNotNull'])

/** `filterByValue`: rows in or out, by conditions. */
function FilterByValueForm({ options, names, onChange }: FormProps): React.JSX.Element {
  const filters = rowsAt(options, 'filters') as TransformOptions[]
  const set = (next: readonly TransformOptions[]): void => onChange({ ...options, filters: next })
  return (
    <>
      <div className="query-more">
        <Select
          label="Rows"
          size="xs"
          allowDeselect={false}
          data={[
            { value: 'include', label: 'Only those that fit' },
            { value: 'exclude', label: 'All but those that fit' },
          ]}
          value={options['type'] === 'exclude' ? 'exclude' : 'include'}
          onChange={(type) => onChange({ ...options, type })}
        />
        <Select
          label="They fit by"
          size="xs"
          allowDeselect={false}
          data={[
            { value: 'any', label: 'Any condition' },
            { value: 'all', label: 'All conditions' },
          ]}
          value={options['match'] === 'all' ? 'all' : 'any'}
          onChange={(match) => onChange({ ...options, match })}
        />
      </div>
      {filters.map((filter, i) => (
        <Condition
          key={i}
          number={i + 1}
          {...{ filter, names }}
          onChange={(next) => set(withElement(filters, i, next))}
          onRemove={() => set(filters.filter((_one, other) => other !== i))}
        />
      ))}
      <Add
        words="Add a condition"
        onClick={() =>
          set([...filters, { fieldName: '', config: { id: 'greater', options: { value: 0 } } }])
        }
      />
    </>
  )
}

function Condition(props: {
  readonly number: number
  readonly filter: TransformOptions
  readonly names: readonly string[]
  readonly onChange: (filter: TransformOptions) => void
  readonly onRemove: () => void
}): React.JSX.Element {
  const { number, filter, names, onChange, onRemove } = props
  const config = recordAt(filter, 'config')
  const id = textAt(config, 'id')
  const values = recordAt(config, 'options')
  const setValues = (change: TransformOptions): void =>
    onChange({ ...filter, config: { ...config, options: { ...values, ...change } } })
  const value = (key: string, label: string): React.JSX.Element => (
    <TextInput
      label={label}
      size="xs"
      value={textAt(values, key)}
      onChange={(event) => setValues({ [key]: asWritten(event.currentTarget.value) })}
    />
  )
  const isSpan = id === 'between' || id === 'range'
  return (
    <div className="query-more" role="group" aria-label={`Condition ${number}`}>
      <FieldName
        label="Field"
        names={names}
        value={textAt(filter, 'fieldName')}
        onChange={(fieldName) => onChange({ ...filter, fieldName })}
      />
      <Select
        label="Test"
        size="xs"
        allowDeselect={false}
        data={TESTS.some((test) => test.value === id) ? TESTS : [...TESTS, id]}
        value={id}
        onChange={(next) => onChange({ ...filter, config: { ...config, id: next } })}
      />
      {isSpan ? value('from', 'From') : WITHOUT_VALUE.has(id) ? null : value('value', 'Value')}
      {isSpan ? value('to', 'To') : null}
      <Tool label={`Remove condition ${number}`} onClick={onRemove}>
        <IconTrash size={14} />
      </Tool>
    </div>
  )
}

/** A number as such, anything else, a variable too, as text. */
function asWritten(text: string): string | number {
  return text.trim() !== '' && String(Number(text)) === text ? Number(text) : text
}

const TYPES = [
  { value: 'number', label: 'a number' },
  { value: 'time', label: 'a time' },
  { value: 'string', label: 'a text' },
  { value: 'boolean', label: 'yes or no' },
  { value: 'other', label: 'what its JSON holds' },
]

/** `convertFieldType`: a line for each field that becomes something else. */
function ConvertForm({ options, names, onChange }: FormProps): React.JSX.Element {
  const conversions = rowsAt(options, 'conversions') as TransformOptions[]
  const set = (next: readonly TransformOptions[]): void =>
    onChange({ ...options, conversions: next })
  return (
    <>
      {conversions.map((one, i) => {
        const change = (next: TransformOptions): void =>
          set(withElement(conversions, i, { ...one, ...next }))
        const type = textAt(one, 'destinationType')
        return (
          <div key={i} className="query-more" role="group" aria-label={`Field ${i + 1}`}>
            <FieldName
              label="Field"
              names={names}
              value={textAt(one, 'targetField')}
              onChange={(targetField) => change({ targetField })}
            />
            <Select
              label="Becomes"
              size="xs"
              allowDeselect={false}
              data={TYPES.some(({ value }) => value === type) ? TYPES : [...TYPES, type]}
              value={type}
              onChange={(destinationType) => change({ destinationType })}
            />
            {type === 'string' ? (
              <TextInput
                label="A time is written as"
                placeholder="YYYY-MM-DD HH:mm:ss"
                size="xs"
                value={textAt(one, 'dateFormat')}
                onChange={(event) => change({ dateFormat: event.currentTarget.value })}
              />
            ) : null}
            <Tool
              label={`Leave field ${i + 1} as it is`}
              onClick={() => set(conversions.filter((_one, other) => other !== i))}
            >
              <IconTrash size={14} />
            </Tool>
          </div>
        )
      })}
      <Add
        words="Add a field"
        onClick={() => set([...conversions, { targetField: '', destinationType: 'number' }])}
      />
    </>
  )
}

function Add({ words, onClick }: { readonly words: string; readonly onClick: () => void }) {
  return (
    <Button
      size="compact-xs"
      variant="default"
      mt={8}
      leftSection={<IconPlus size={13} />}
      onClick={onClick}
    >
      {words}
    </Button>
  )
}

/** A small button of a line. */
export function Tool(props: {
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
