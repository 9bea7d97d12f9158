import type { Variable, VariableOption } from '@weir/boards'
import { NumberInput, Select, Switch, TagsInput, TextInput } from '@mantine/core'
import { counted } from '../../format/number.ts'
import { FiltersForm } from './filters-form.tsx'

const TYPES = [
  { value: 'query', label: 'From Weir: values of a label, or a query' },
  { value: 'custom', label: 'A list' },
  { value: 'interval', label: 'Spans of time' },
  { value: 'textbox', label: 'A text' },
  { value: 'constant', label: 'A constant' },
  { value: 'datasource', label: 'A data source' },
  { value: 'adhoc', label: 'Filters for all queries' },
] as const

type VariableType = (typeof TYPES)[number]['value']

/** A variable of a type with what one usually wants. */
export function newVariable(type: VariableType, name: string): Variable {
  const base = { name, hide: 0 } as const
  const choice = { multi: true, includeAll: true }
  switch (type) {
    case 'query':
      return {
        ...base,
        ...choice,
        type,
        query: '',
        language: 'promql',
        regex: '',
        sort: 1,
        refresh: 2,
      }
    case 'custom':
      return { ...base, ...choice, multi: false, includeAll: false, type, options: [] }
    case 'interval': {
      const options = ['1m', '5m', '15m', '1h']
      return { ...base, type, options, auto: false, autoCount: 30, autoMin: '10s' }
    }
    case 'adhoc':
      return { ...base, type, filters: [] }
    case 'datasource':
      return { ...base, type, query: 'prometheus' }
    case 'textbox':
    case 'constant':
      return { ...base, type, query: '' }
  }
}

/** One variable, and the options that it has as it is now. */
export function VariableForm(props: {
  readonly variable: Variable
  /** Undefined while they are asked for. */
  readonly options: readonly VariableOption[] | undefined
  readonly problem: string | undefined
  readonly onChange: (variable: Variable) => void
}): React.JSX.Element {
  const { variable, onChange } = props
  return (
    <div className="query-more">
      <TextInput
        label="Name"
        size="xs"
        value={variable.name}
        onChange={(event) =>
          onChange({ ...variable, name: event.currentTarget.value.replaceAll(/\W/g, '') })
        }
      />
      <Select
        label="Kind"
        size="xs"
        allowDeselect={false}
        data={[...TYPES]}
        value={variable.type}
        onChange={(type) => {
          const fresh = newVariable((type ?? 'query') as VariableType, variable.name)
          onChange({ ...fresh, ...(variable.label === undefined ? {} : { label: variable.label }) })
        }}
      />
      <TextInput
        label="Label"
        size="xs"
        value={variable.label ?? ''}
        onChange={(event) => onChange({ ...variable, label: event.currentTarget.value })}
      />
      <Select
        label="Shown"
        size="xs"
        allowDeselect={false}
        data={[
          { value: '0', label: 'With its label' },
          { value: '1', label: 'Without its label' },
          { value: '2', label: 'Not at all' },
        ]}
        value={String(variable.hide)}
        onChange={(hide) => onChange({ ...variable, hide: Number(hide ?? 0) as 0 | 1 | 2 })}
      />
      <Own variable={variable} onChange={onChange} />
      {WITH_OPTIONS.has(variable.type) ? (
        <OptionsNow options={props.options} problem={props.problem} />
      ) : null}
    </div>
  )
}

const WITH_OPTIONS: ReadonlySet<string> = new Set(['query', 'custom', 'interval', 'datasource'])
/** Options that are shown; nobody reads more to see whether a query is right. */
const OPTIONS_SHOWN = 60

function OptionsNow(props: {
  readonly options: readonly VariableOption[] | undefined
  readonly problem: string | undefined
}): React.JSX.Element {
  const { options, problem } = props
  const left = (options?.length ?? 0) - OPTIONS_SHOWN
  return (
    <div className="variable-options" role="status">
      <b>{options === undefined ? 'Options' : counted(options.length, 'option')}</b>
      {problem === undefined ? null : (
        <div className="note" data-tone="error">
          {problem}
        </div>
      )}
      {options === undefined || options.length === 0 ? null : (
        <ul tabIndex={0} aria-label="Options">
          {options.slice(0, OPTIONS_SHOWN).map(({ text, value }) => (
            <li key={value}>{text === value ? value : `${text} : ${value}`}</li>
          ))}
          {left > 0 ? <li>and {left} more</li> : null}
        </ul>
      )}
    </div>
  )
}

/** What only variables of its kind have. */
function Own(props: {
  readonly variable: Variable
  readonly onChange: (variable: Variable) => void
}): React.JSX.Element | null {
  const { variable, onChange } = props
  switch (variable.type) {
    case 'query':
      return (
        <>
          <TextInput
            label="Query"
            className="variable-query"
            size="xs"
            placeholder="label_values(up, job)"
            value={variable.query}
            classNames={{ input: 'mono' }}
            onChange={(event) => {
              const query = event.currentTarget.value
              onChange({ ...variable, query, definition: query })
            }}
          />
          <TextInput
            label="Pattern that cuts the values"
            size="xs"
            placeholder="/(.*)-prod/"
            value={variable.regex}
            classNames={{ input: 'mono' }}
            onChange={(event) => onChange({ ...variable, regex: event.currentTarget.value })}
          />
          <Select
            label="Order"
            size="xs"
            allowDeselect={false}
            data={[
              { value: '0', label: 'As they come' },
              { value: '1', label: 'A to Z' },
              { value: '2', label: 'Z to A' },
              { value: '3', label: 'By number' },
              { value: '4', label: 'By number, largest first' },
              { value: '5', label: 'A to Z, whatever the case' },
              { value: '7', label: 'A to Z, numbers by value' },
            ]}
            value={String(variable.sort)}
            onChange={(sort) => onChange({ ...variable, sort: Number(sort ?? 0) })}
          />
          <Several variable={variable} onChange={onChange} />
        </>
      )
    case 'custom':
      return (
        <>
          <TagsInput
            label="Values, or name : value"
            size="xs"
            value={variable.options.map(({ text, value }) =>
              text === value ? value : `${text} : ${value}`,
            )}
            onChange={(values) => onChange({ ...variable, options: values.map(optionOf) })}
          />
          <Several variable={variable} onChange={onChange} />
        </>
      )
    case 'interval':
      return (
        <>
          <TagsInput
            label="Spans"
            size="xs"
            value={[...variable.options]}
            onChange={(options) => onChange({ ...variable, options })}
          />
          <Switch
            label="Also one that fits the time"
            size="xs"
            checked={variable.auto}
            onChange={(event) => onChange({ ...variable, auto: event.currentTarget.checked })}
          />
          <NumberInput
            label="So many steps in the time"
            size="xs"
            value={variable.autoCount}
            onChange={(count) => onChange({ ...variable, autoCount: Number(count) || 30 })}
          />
        </>
      )
    case 'datasource':
      return <div className="muted">Stands for this Weir: boards of elsewhere choose by it.</div>
    case 'textbox':
    case 'constant':
      return (
        <TextInput
          label={variable.type === 'textbox' ? 'Text at first' : 'Value'}
          size="xs"
          value={variable.query}
          onChange={(event) => onChange({ ...variable, query: event.currentTarget.value })}
        />
      )
    case 'adhoc':
      return (
        <FiltersForm
          filters={variable.filters}
          onChange={(filters) => onChange({ ...variable, filters })}
        />
      )
    case 'unknown':
      return null
  }
}

function optionOf(typed: string): VariableOption {
  const [, text, value] = /^(.+?) : (.+)$/.exec(typed) ?? []
  return text === undefined ? { text: typed, value: typed } : { text, value: value! }
}

function Several(props: {
  readonly variable: Extract<Variable, { type: 'query' | 'custom' }>
  readonly onChange: (variable: Variable) => void
}): React.JSX.Element {
  const { variable, onChange } = props
  return (
    <>
      <Switch
        label="Several at a time"
        size="xs"
        checked={variable.multi}
        onChange={(event) => onChange({ ...variable, multi: event.currentTarget.checked })}
      />
      <Switch
        label="All is a choice"
        size="xs"
        checked={variable.includeAll}
        onChange={(event) => onChange({ ...variable, includeAll: event.currentTarget.checked })}
      />
    </>
  )
}
