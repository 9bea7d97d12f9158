/** A text as SQL has it between quotes. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
