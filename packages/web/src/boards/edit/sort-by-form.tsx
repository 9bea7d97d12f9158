import { Select } from '@mantine/core'
import { type TransformOptions, rowsAt, textAt } from './transform-options.ts'
import { FieldName, type FormProps } from './transform-parts.tsx'

/** `sortBy`: by one field. */
export function SortByForm({ options, names, onChange }: FormProps): React.JSX.Element {
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
