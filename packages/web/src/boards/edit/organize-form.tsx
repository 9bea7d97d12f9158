import { Checkbox, TextInput } from '@mantine/core'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import {
  organizedNames,
  recordAt,
  textAt,
  withMoved,
  withRecord,
  withShown,
} from './transform-options.ts'
import { type FormProps, Tool, WAITING } from './transform-parts.tsx'

/** `organize`: a line for each field, in the order in which they come out. */
export function OrganizeForm({ options, names, onChange }: FormProps): React.JSX.Element {
  const rows = organizedNames(options, names)
  const order = rows.map(({ name }) => name)
  const renames = recordAt(options, 'renameByName')
  if (rows.length === 0) return WAITING
  return (
    <ol className="transform-rows" aria-label="Fields">
      {rows.map(({ name, isShown }, i) => (
        <li key={name} className="transform-organize" data-off={isShown ? undefined : ''}>
          <Checkbox
            size="xs"
            label={name}
            checked={isShown}
            onChange={(event) => onChange(withShown(options, name, event.currentTarget.checked))}
          />
          <TextInput
            aria-label={`${name} is called`}
            placeholder="as it is"
            size="xs"
            value={textAt(renames, name)}
            onChange={(event) =>
              onChange(withRecord(options, 'renameByName', name, event.currentTarget.value))
            }
          />
          <Tool
            label={`${name} earlier`}
            isOff={i === 0}
            onClick={() => onChange(withMoved(options, order, i, i - 1))}
          >
            <IconArrowUp size={14} />
          </Tool>
          <Tool
            label={`${name} later`}
            isOff={i === rows.length - 1}
            onClick={() => onChange(withMoved(options, order, i, i + 1))}
          >
            <IconArrowDown size={14} />
          </Tool>
        </li>
      ))}
    </ol>
  )
}
