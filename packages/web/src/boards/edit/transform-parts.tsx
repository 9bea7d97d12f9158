import { ActionIcon, Autocomplete, Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import type { TransformOptions } from './transform-options.ts'

/** What the form of a transformation is given, and what several of them are made of. */
export interface FormProps {
  readonly options: TransformOptions
  /** Of the fields that come in; none while there is no answer. */
  readonly names: readonly string[]
  readonly onChange: (options: TransformOptions) => void
}

/** The name of a field: chosen among those that come in, or typed. */
export function FieldName(props: {
  readonly label: string
  readonly names: readonly string[]
  readonly value: string
  readonly onChange: (name: string) => void
}): React.JSX.Element {
  return (
    <Autocomplete
      label={props.label}
      size="xs"
      data={[...new Set(props.names)]}
      value={props.value}
      onChange={props.onChange}
    />
  )
}

export const WAITING = (
  <p className="muted transform-wait">The fields are listed as soon as the queries have answers.</p>
)

/** One more of what is listed above. */
export function Add({
  words,
  onClick,
}: {
  readonly words: string
  readonly onClick: () => void
}): React.JSX.Element {
  return (
    <Button
      size="compact-xs"
      variant="default"
      mt={8}
      leftSection={<IconPlus size={13} />}
      onClick={onClick}
    >
      {words}
    </Button>
  )
}

/** A small button of a line. */
export function Tool(props: {
  readonly label: string
  readonly isOff?: boolean
  readonly onClick: () => void
  readonly children: React.ReactNode
}): React.JSX.Element {
  const { label, isOff = false, onClick, children } = props
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={26}
      aria-label={label}
      disabled={isOff}
      onClick={onClick}
    >
      {children}
    </ActionIcon>
  )
}
