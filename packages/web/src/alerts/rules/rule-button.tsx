import { Anchor } from '@mantine/core'

/** A deed that reads like a link; people who cannot see the line hear which rule it is for. */
export function RuleButton(props: {
  readonly what: string
  readonly name: string
  readonly onClick: () => void
}): React.JSX.Element {
  return (
    <Anchor
      component="button"
      type="button"
      size="sm"
      c="var(--water)"
      fz={13}
      aria-label={`${props.what} ${props.name}`}
      onClick={props.onClick}
      underline="hover"
      style={{ whiteSpace: 'nowrap', textUnderlineOffset: 2 }}
    >
      {props.what}
    </Anchor>
  )
}
