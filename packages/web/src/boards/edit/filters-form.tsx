import { type Variable, withElement } from '@weir/boards'
import { ActionIcon, Button, Select, TextInput } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'

type Filters = Extract<Variable, { readonly type: 'adhoc' }>['filters']

const OPERATORS = ['=', '!=', '=~', '!~']

/** What a board filters all its queries by when it is opened. */
export function FiltersForm(props: {
  readonly filters: Filters
  readonly onChange: (filters: Filters) => void
}): React.JSX.Element {
  const { filters, onChange } = props
  return (
    <div className="variable-filters">
      {filters.map((filter, i) => (
        <div key={i} className="variable-filter">
          <TextInput
            aria-label={`Label of filter ${i + 1}`}
            placeholder="label"
            size="xs"
            value={filter.key}
            onChange={(event) =>
              onChange(withElement(filters, i, { ...filter, key: event.currentTarget.value }))
            }
          />
          <Select
            aria-label={`How filter ${i + 1} compares`}
            size="xs"
            allowDeselect={false}
            data={OPERATORS}
            value={filter.operator}
            onChange={(operator) =>
              onChange(withElement(filters, i, { ...filter, operator: operator ?? '=' }))
            }
          />
          <TextInput
            aria-label={`Value of filter ${i + 1}`}
            placeholder="value"
            size="xs"
            value={filter.value}
            onChange={(event) =>
              onChange(withElement(filters, i, { ...filter, value: event.currentTarget.value }))
            }
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size={26}
            aria-label={`Remove filter ${i + 1}`}
            onClick={() => onChange(filters.filter((_filter, other) => other !== i))}
          >
            <IconTrash size={14} />
          </ActionIcon>
        </div>
      ))}
      <Button
        size="compact-xs"
        variant="default"
        leftSection={<IconPlus size={13} />}
        onClick={() => onChange([...filters, { key: '', operator: '=', value: '' }])}
      >
        Add a filter
      </Button>
    </div>
  )
}
