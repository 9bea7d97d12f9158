import type { Wanted } from '../../api/access.ts'
import { Anchor } from '@mantine/core'
import { useMay } from '../../access/use-may.ts'

/** A deed for those who may change rules; it reads like a link; people who cannot see the line hear which rule it is for. */
export function RuleButton(props: {
  readonly to: { readonly wants: Wanted }
  readonly what: string
  readonly name: string
  readonly onClick: () => void
}): React.JSX.Element | null {
  if (!useMay(props.to)) return null
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
