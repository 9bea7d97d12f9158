import type { FieldLink } from '../links/field-links.ts'

/** Something that leads somewhere, if it does; several ways are listed under it by its title. */
export function Linked(props: {
  readonly links: readonly FieldLink[]
  readonly className?: string
  readonly style?: React.CSSProperties
  readonly children: React.ReactNode
}): React.JSX.Element {
  const { links, className, style, children } = props
  const [first] = links
  if (first === undefined) {
    return (
      <div className={className} style={style}>
        {children}
      </div>
    )
  }
  return (
    <a
      className={className}
      style={style}
      href={first.href}
      title={first.title}
      {...(first.isBlank ? { target: '_blank', rel: 'noreferrer' } : {})}
    >
      {children}
    </a>
  )
}
