import { formattedText } from '@weir/boards'
import { ActionIcon, Button, Checkbox, Popover, TextInput } from '@mantine/core'
import { IconFilter, IconFilterFilled } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { counted } from '../../../format/number.ts'
import type { Column } from './columns.ts'

/** Values that are listed to choose from; more are searched for. */
const CHOICES_MAX = 100

/** Which values of a column are shown. */
export function ColumnFilter(props: {
  readonly column: Column
  readonly chosen: ReadonlySet<string> | undefined
  readonly onChoose: (chosen: ReadonlySet<string> | undefined) => void
}): React.JSX.Element {
  const { column, chosen, onChoose } = props
  const [isOpen, setOpen] = useState(false)
  const Icon = chosen === undefined ? IconFilter : IconFilterFilled
  return (
    <Popover
      opened={isOpen}
      onChange={setOpen}
      position="bottom-start"
      trapFocus
      returnFocus
      withinPortal
      shadow="md"
    >
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          size={20}
          color={chosen === undefined ? 'gray' : 'water'}
          aria-label={`Filter ${column.name}`}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          <Icon size={13} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        {isOpen ? <Choices {...{ column, chosen, onChoose }} /> : null}
      </Popover.Dropdown>
    </Popover>
  )
}

function Choices({
  column,
  chosen,
  onChoose,
}: Parameters<typeof ColumnFilter>[0]): React.JSX.Element {
  const [search, setSearch] = useState('')
  const texts = useMemo(
    () =>
      [
        ...new Set(Array.from(column.field.values, (value) => formattedText(column.show(value)))),
      ].toSorted(),
    [column],
  )
  const found = texts.filter((text) => text.toLowerCase().includes(search.toLowerCase()))
  const toggle = (text: string): void => {
    const next = new Set(chosen ?? [])
    if (next.has(text)) next.delete(text)
    else next.add(text)
    onChoose(next.size === 0 ? undefined : next)
  }
  return (
    <div className="column-filter">
      <TextInput
        size="xs"
        placeholder={`Search ${counted(texts.length, 'value')}`}
        aria-label={`Search values of ${column.name}`}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      <div className="column-choices">
        {found.slice(0, CHOICES_MAX).map((text) => (
          <Checkbox
            key={text}
            size="xs"
            label={text === '' ? '(empty)' : text}
            checked={chosen?.has(text) ?? false}
            onChange={() => toggle(text)}
          />
        ))}
        {found.length > CHOICES_MAX ? (
          <p className="muted">and {found.length - CHOICES_MAX} more</p>
        ) : null}
        {found.length === 0 ? <p className="muted">No value holds this.</p> : null}
      </div>
      <div className="column-filter-foot">
        <Button
          size="compact-xs"
          variant="light"
          disabled={found.length === 0 || search === ''}
          onClick={() => onChoose(new Set(found))}
        >
          Those found
        </Button>
        <Button
          size="compact-xs"
          variant="subtle"
          disabled={chosen === undefined}
          onClick={() => onChoose(undefined)}
        >
          All
        </Button>
      </div>
    </div>
  )
}
