/** Whether a rule's `match` is a glob, by its own word or by the defaults'. */
export function isGlob(
  rule: { readonly match_type?: string | undefined },
  defaults: { readonly match_type?: string | undefined },
): boolean {
  return (rule.match_type || defaults.match_type || 'glob') === 'glob'
}
