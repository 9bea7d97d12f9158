import {
  type MappingRow,
  type ValueMapping,
  mappingRows,
  mappingsOf,
  withElement,
  withOrder,
} from '@weir/boards'
import { ActionIcon, Menu, NumberInput, Select, TextInput, Button } from '@mantine/core'
import { IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react'
import { ColorField } from './color-field.tsx'

const FRESH: readonly { readonly title: string; readonly row: MappingRow }[] = [
  { title: 'A value', row: { kind: 'value', value: '', result: { text: '' } } },
  { title: 'A range', row: { kind: 'range', from: null, to: null, result: { text: '' } } },
  { title: 'A pattern', row: { kind: 'regex', pattern: '', result: { text: '' } } },
  {
    title: 'Nothing, true, false …',
    row: { kind: 'special', match: 'null', result: { text: '' } },
  },
]

const SPECIALS = [
  { value: 'null', label: 'No value' },
  { value: 'nan', label: 'Not a number' },
  { value: 'null+nan', label: 'No value, or not a number' },
  { value: 'true', label: 'True' },
  { value: 'false', label: 'False' },
  { value: 'empty', label: 'An empty text' },
]

/** Words in place of values, colours with them: the first that fits counts. */
export function MappingsEditor(props: {
  readonly value: readonly ValueMapping[]
  readonly onChange: (value: readonly ValueMapping[]) => void
}): React.JSX.Element {
  const rows = mappingRows(props.value)
  const keep = (next: readonly MappingRow[]): void => props.onChange(mappingsOf(next))
  return (
    <details className="edit-section">
      <summary>Words for values {rows.length === 0 ? '' : rows.length}</summary>
      <div className="edit-fields">
        {rows.map((row, i) => (
          <section key={i} className="edit-mapping" aria-label={`Word ${i + 1}`}>
            <Condition row={row} onChange={(next) => keep(withElement(rows, i, next))} />
            <ActionIcon
              variant="subtle"
              color="gray"
              size={26}
              disabled={i === 0}
              aria-label={`Word ${i + 1} earlier`}
              onClick={() => keep(withOrder(rows, i, i - 1))}
            >
              <IconArrowUp size={14} />
            </ActionIcon>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={26}
              aria-label={`Remove word ${i + 1}`}
              onClick={() => keep(rows.filter((_row, other) => other !== i))}
            >
              <IconTrash size={14} />
            </ActionIcon>
            {row.kind === 'other' ? null : (
              <Result row={row} onChange={(next) => keep(withElement(rows, i, next))} />
            )}
          </section>
        ))}
        <Menu position="bottom-start">
          <Menu.Target>
            <Button size="compact-xs" variant="default" leftSection={<IconPlus size={13} />}>
              Add a word
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {FRESH.map(({ title, row }) => (
              <Menu.Item key={title} onClick={() => keep([...rows, row])}>
                {title}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      </div>
    </details>
  )
}

interface RowProps {
  readonly row: MappingRow
  readonly onChange: (row: MappingRow) => void
}

function Condition({ row, onChange }: RowProps): React.JSX.Element {
  switch (row.kind) {
    case 'value':
      return (
        <TextInput
          aria-label="Value"
          placeholder="value"
          size="xs"
          value={row.value}
          onChange={(event) => onChange({ ...row, value: event.currentTarget.value })}
        />
      )
    case 'range':
      return (
        <div className="edit-range">
          <End
            label="From"
            placeholder="-∞"
            value={row.from}
            onChange={(from) => onChange({ ...row, from })}
          />
          <End
            label="To"
            placeholder="∞"
            value={row.to}
            onChange={(to) => onChange({ ...row, to })}
          />
        </div>
      )
    case 'regex':
      return (
        <TextInput
          aria-label="Pattern"
          placeholder="/^host-(.*)$/"
          size="xs"
          value={row.pattern}
          classNames={{ input: 'mono' }}
          onChange={(event) => onChange({ ...row, pattern: event.currentTarget.value })}
        />
      )
    case 'special':
      return (
        <Select
          aria-label="Special value"
          size="xs"
          allowDeselect={false}
          data={SPECIALS}
          value={row.match}
          onChange={(match) => {
            if (match !== null) onChange({ ...row, match: match as typeof row.match })
          }}
        />
      )
    case 'other':
      return <span className="muted">{row.mapping.type} stays as it is</span>
  }
}

function End(props: {
  readonly label: string
  readonly placeholder: string
  readonly value: number | null
  readonly onChange: (value: number | null) => void
}): React.JSX.Element {
  return (
    <NumberInput
      aria-label={props.label}
      placeholder={props.placeholder}
      size="xs"
      hideControls
      value={props.value ?? ''}
      onChange={(next) => props.onChange(typeof next === 'number' ? next : null)}
    />
  )
}

function Result({ row, onChange }: RowProps): React.JSX.Element {
  const { result } = row
  return (
    <div className="edit-mapping-result">
      <TextInput
        aria-label="Word"
        placeholder="word"
        size="xs"
        value={result.text ?? ''}
        onChange={(event) =>
          onChange({ ...row, result: { ...result, text: event.currentTarget.value } })
        }
      />
      <ColorField
        label="Its colour"
        isBare
        value={result.color ?? ''}
        onChange={(color) => onChange({ ...row, result: { ...result, color } })}
      />
    </div>
  )
}
