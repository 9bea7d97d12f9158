import { withElement } from '@weir/boards'
import { Select, TextInput } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { type TransformOptions, recordAt, rowsAt, textAt } from './transform-options.ts'
import { Add, FieldName, type FormProps, Tool } from './transform-parts.tsx'

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
export function FilterByValueForm({ options, names, onChange }: FormProps): React.JSX.Element {
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
