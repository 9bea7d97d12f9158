/** Nothing of the URL yet; its scheme, host or path; behind a `?` or `#`. */
export type UrlPart = 'start' | 'path' | 'query'

export function afterUrl(part: UrlPart, text: string): UrlPart {
  if (/[#?]/.test(text)) return 'query'
  return part === 'start' && text.trim() !== '' ? 'path' : part
}
