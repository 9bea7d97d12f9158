/** A text as SQL has it between quotes. Statements end at NUL, so that is put in between. */
export function sqlText(text: string): string {
  const quoted = text.split('\0').map((part) => `'${part.replaceAll("'", "''")}'`)
  return quoted.length === 1 ? quoted[0]! : `(${quoted.join(' || chr(0) || ')})`
}
