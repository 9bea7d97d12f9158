/**
 * A link that came from a rule's annotation, if it is one a page may offer: http, https, or a path
 * of this host. `javascript:` and the like are refused.
 */
export function safeLink(text: string): string | undefined {
  if (/^https?:\/\//i.test(text)) return text
  return /^\/(?![/\\])/.test(text) ? text : undefined
}
