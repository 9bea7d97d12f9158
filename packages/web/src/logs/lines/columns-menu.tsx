import { Button, Checkbox, Popover, TextInput } from '@mantine/core'
import { IconColumns3 } from '@tabler/icons-react'
import { useState } from 'react'
import { inertText } from './inert-text.ts'

/** More names than this are searched, not read. */
const SHOWN_MAX = 60

/** Which names stand as columns before the message. */
export function ColumnsMenu(props: {
  readonly names: readonly string[]
  readonly columns: readonly string[]
  readonly onToggle: (name: string) => void
}): React.JSX.Element {
  const { names, columns, onToggle } = props
  const [search, setSearch] = useState('')
  const others = [...new Set(names)]
    .filter((name) => !columns.includes(name) && name !== 'service_name')
    .toSorted()
  const found = [...columns, ...others].filter((name) =>
    name.toLowerCase().includes(search.toLowerCase()),
  )
  return (
    <Popover position="bottom-end" width={280} trapFocus>
      <Popover.Target>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconColumns3 size={14} aria-hidden />}
        >
          Columns{columns.length === 0 ? '' : ` ${columns.length}`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Columns">
        <TextInput
          size="xs"
          aria-label="Search names"
          placeholder="Search names"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <div className="log-columns-menu">
          {found.slice(0, SHOWN_MAX).map((name) => (
            <Checkbox
              key={name}
              size="xs"
              label={inertText(name)}
              checked={columns.includes(name)}
              onChange={() => onToggle(name)}
            />
          ))}
          {found.length === 0 ? <span className="muted">No name matches.</span> : null}
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}
