import { withElement } from '@weir/boards'
import { Select, TextInput } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { type TransformOptions, rowsAt, textAt } from './transform-options.ts'
import { Add, FieldName, type FormProps, Tool } from './transform-parts.tsx'

const TYPES = [
  { value: 'number', label: 'a number' },
  { value: 'time', label: 'a time' },
  { value: 'string', label: 'a text' },
  { value: 'boolean', label: 'yes or no' },
  { value: 'other', label: 'what its JSON holds' },
]

/** `convertFieldType`: a line for each field that becomes something else. */
export function ConvertForm({ options, names, onChange }: FormProps): React.JSX.Element {
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
