import { MultiSelect, Select } from '@mantine/core'
import { CALCS } from './calcs.ts'
import {
  type TransformOptions,
  groupedNames,
  recordAt,
  rowsAt,
  textAt,
  withRecord,
} from './transform-options.ts'
import { type FormProps, WAITING } from './transform-parts.tsx'

const OPERATIONS = [
  { value: 'groupby', label: 'Group by it' },
  { value: 'aggregate', label: 'Calculate' },
]

/** `groupBy`: what rows are put together by, and what is calculated of the rest. */
export function GroupByForm({ options, names, onChange }: FormProps): React.JSX.Element {
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
