/** A text as SQL has it between quotes. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A name as SQL has it between quotes. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
