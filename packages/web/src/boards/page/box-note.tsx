import { Popover } from '@mantine/core'
import type { ReactNode } from 'react'

/** A sign in the head of a panel that says more when it is pressed. */
export function BoxNote(props: {
  readonly label: string
  readonly icon: ReactNode
  readonly tone?: 'error' | 'warning'
  readonly children: ReactNode
}): React.JSX.Element {
  return (
    <Popover position="bottom-start" width={340} withArrow shadow="md">
      <Popover.Target>
        <button
          type="button"
          className="panel-sign"
          data-tone={props.tone}
          aria-label={props.label}
        >
          {props.icon}
        </button>
      </Popover.Target>
      <Popover.Dropdown className="panel-note">{props.children}</Popover.Dropdown>
    </Popover>
  )
}
