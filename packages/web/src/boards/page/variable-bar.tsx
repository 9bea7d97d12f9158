import {
  ALL,
  type Dashboard,
  type Variable,
  type VariableOption,
  type VariableValue,
} from '@weir/boards'
import { MultiSelect, Select, TagsInput, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { BoardChange } from './board-search.ts'
import type { Settled } from './variables.ts'

/** Options shown at once; more are found by typing. */
const SHOWN_MAX = 200

/** What a reader may choose. */
export function VariableBar(props: {
  readonly dashboard: Dashboard
  readonly settled: Settled
  readonly set: (change: BoardChange) => void
}): React.JSX.Element | null {
  const { dashboard, settled, set } = props
  const shown = dashboard.templating.list.filter((variable) => isShown(variable))
  if (shown.length === 0) return null
  return (
    <div className="board-variables" role="group" aria-label="Variables">
      {shown.map((variable) => (
        <div key={variable.name} className="board-variable">
          <VariableInput
            variable={variable}
            options={settled.options.get(variable.name) ?? []}
            value={settled.choices.get(variable.name)}
            problem={settled.problems.get(variable.name)}
            onChange={(value) => set({ [`var-${variable.name}`]: value })}
          />
        </div>
      ))}
    </div>
  )
}

function isShown({ hide, type }: Variable): boolean {
  return hide !== 2 && type !== 'constant' && type !== 'datasource' && type !== 'unknown'
}

interface InputProps {
  readonly variable: Variable
  readonly options: readonly VariableOption[]
  readonly value: VariableValue | undefined
  readonly problem: string | undefined
  readonly onChange: (value: VariableValue) => void
}

function VariableInput(props: InputProps): React.JSX.Element {
  const { variable, value = '' } = props
  const label =
    variable.label === undefined || variable.label === '' ? variable.name : variable.label
  const common = {
    size: 'xs',
    label: variable.hide === 1 ? undefined : label,
    'aria-label': label,
    title: variable.description,
    error: props.problem,
  } as const
  if (variable.type === 'textbox') {
    return (
      <TypedText
        {...props}
        common={common}
        value={typeof value === 'string' ? value : (value[0] ?? '')}
      />
    )
  }
  if (variable.type === 'adhoc') {
    return (
      <TagsInput
        {...common}
        placeholder="key|=|value"
        value={[...(typeof value === 'string' ? [value] : value)]}
        onChange={(next) => props.onChange(next.filter((text) => text.split('|').length >= 3))}
      />
    )
  }
  return isMulti(variable) ? (
    <Several {...props} common={common} />
  ) : (
    <One {...props} common={common} />
  )
}

interface Common {
  readonly size: 'xs'
  readonly label: string | undefined
  readonly 'aria-label': string
  readonly title: string | undefined
  readonly error: string | undefined
}

function isMulti(variable: Variable): boolean {
  return (variable.type === 'query' || variable.type === 'custom') && variable.multi
}

/** Options for a select of Mantine: "All" first, each value once, and what is chosen though it is none of them. */
function dataOf(
  { variable, options }: Pick<InputProps, 'variable' | 'options'>,
  chosen: readonly string[],
): { readonly value: string; readonly label: string }[] {
  const hasAll = 'includeAll' in variable && variable.includeAll === true
  const all = new Map(hasAll ? [[ALL, 'All']] : [])
  for (const { value, text } of options) if (!all.has(value)) all.set(value, text)
  for (const value of chosen) if (!all.has(value)) all.set(value, value === ALL ? 'All' : value)
  return [...all].map(([value, label]) => ({ value, label: label === '' ? '(empty)' : label }))
}

function One(props: InputProps & { readonly common: Common }): React.JSX.Element {
  const { value = '', onChange, common } = props
  const chosen = typeof value === 'string' ? value : (value[0] ?? '')
  return (
    <Select
      {...common}
      data={dataOf(props, chosen === '' ? [] : [chosen])}
      value={chosen}
      searchable
      limit={SHOWN_MAX}
      allowDeselect={false}
      checkIconPosition="right"
      nothingFoundMessage="No such value"
      comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
      onChange={(next) => {
        if (next !== null) onChange(next)
      }}
    />
  )
}

function Several(props: InputProps & { readonly common: Common }): React.JSX.Element {
  const { value = [], onChange, common } = props
  const chosen = typeof value === 'string' ? (value === '' ? [] : [value]) : [...value]
  return (
    <MultiSelect
      {...common}
      data={dataOf(props, chosen)}
      value={chosen}
      searchable
      limit={SHOWN_MAX}
      hidePickedOptions={false}
      nothingFoundMessage="No such value"
      onChange={(next) => {
        // "All" and single values exclude each other: what was chosen last counts.
        const isNewAll = next.includes(ALL) && !chosen.includes(ALL)
        const rest = isNewAll ? [ALL] : next.filter((one) => one !== ALL)
        onChange(rest.length === 0 ? [allOrNone(props.variable)] : rest)
      }}
    />
  )
}

function allOrNone(variable: Variable): string {
  return 'includeAll' in variable && variable.includeAll === true ? ALL : ''
}

function TypedText(
  props: InputProps & { readonly common: Common; readonly value: string },
): React.JSX.Element {
  const { value, onChange, common } = props
  const [draft, setDraft] = useState({ over: value, text: value })
  const text = draft.over === value ? draft.text : value
  return (
    <TextInput
      {...common}
      value={text}
      onChange={(event) => setDraft({ over: value, text: event.currentTarget.value })}
      onBlur={() => {
        if (text !== value) onChange(text)
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur()
      }}
    />
  )
}
