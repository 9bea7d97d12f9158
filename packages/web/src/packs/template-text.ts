/**
 * A rule's summary for people: `{{ $labels.dag_id }}` becomes `‹dag_id›`, a value in whatever form
 * `‹value›`. Templates that do more stay as they are written.
 */
export function templateText(template: string): string {
  return template
    .replace(/\{\{-?\s*\$labels\.(\w+)\s*-?\}\}/g, '‹$1›')
    .replace(/\{\{-?\s*(?:printf "[^"]*" )?\$value(?:\s*\|\s*\w+)?\s*-?\}\}/g, '‹value›')
}
