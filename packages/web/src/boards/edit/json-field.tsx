import { Textarea } from '@mantine/core'
import { useState } from 'react'

/** A value as JSON; taken as soon as it can be read, else it says why not. */
export function JsonField(props: {
  readonly label: string
  readonly value: unknown
  readonly rows?: number
  readonly onChange: (value: unknown) => void
}): React.JSX.Element {
  const { label, value, rows = 4, onChange } = props
  const [text, setText] = useState(() => JSON.stringify(value, null, 2) ?? '')
  const [known, setKnown] = useState(value)
  const [problem, setProblem] = useState('')
  if (value !== known) {
    setKnown(value)
    setText(JSON.stringify(value, null, 2) ?? '')
    setProblem('')
  }
  return (
    <Textarea
      label={label}
      size="xs"
      rows={rows}
      spellCheck={false}
      classNames={{ input: 'mono' }}
      value={text}
      error={problem === '' ? undefined : problem}
      onChange={(event) => {
        const next = event.currentTarget.value
        setText(next)
        try {
          const parsed: unknown = JSON.parse(next)
          setKnown(parsed)
          setProblem('')
          onChange(parsed)
        } catch (error) {
          setProblem((error as Error).message)
        }
      }}
    />
  )
}
