import { type Field, type Formatted, type Frame, fillFieldText } from '@weir/boards'
import { safeLink } from '../../../frame/safe-link.ts'

/** A data link with everything filled in, safe to follow. */
export interface FieldLink {
  readonly title: string
  readonly href: string
  readonly isBlank: boolean
}

/** Where a value leads: the links of its field. Those that no page should offer are left out. */
export function fieldLinks(
  at: { field: Field; frame: Frame; rowIndex?: number; shown?: Formatted },
  text: (template: string) => string,
): FieldLink[] {
  const { links } = at.field.config
  if (!Array.isArray(links)) return []
  return links.flatMap(({ url, title, targetBlank }: Partial<Record<string, unknown>>) => {
    if (typeof url !== 'string') return []
    const href = safeLink(fillFieldText(text(url), at))
    if (href === undefined) return []
    const named = typeof title === 'string' && title !== '' ? title : 'Open link'
    return [{ title: fillFieldText(text(named), at), href, isBlank: targetBlank === true }]
  })
}
