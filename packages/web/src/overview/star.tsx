import { IconStar, IconStarFilled } from '@tabler/icons-react'

/** Marks a pipeline as a favourite, and takes the mark back. */
export function Star(props: {
  readonly of: string
  readonly isOn: boolean
  readonly onToggle: () => void
}): React.JSX.Element {
  const Icon = props.isOn ? IconStarFilled : IconStar
  return (
    <button
      type="button"
      className="star"
      aria-pressed={props.isOn}
      aria-label={`Favourite ${props.of}`}
      onClick={props.onToggle}
    >
      <Icon size={15} aria-hidden />
    </button>
  )
}
