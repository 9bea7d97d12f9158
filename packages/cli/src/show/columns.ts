/** Rows as lines whose cells begin in the same column; the last cell is as long as it is. */
export function columns(
  rows: readonly (readonly string[])[],
  { indent = '', gap = '  ' }: { readonly indent?: string; readonly gap?: string } = {},
): string[] {
  const widths = (rows[0] ?? []).map((_cell, i) =>
    Math.max(...rows.map((row) => row[i]?.length ?? 0)),
  )
  return rows.map((row) => {
    const cells = row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)))
    return `${indent}${cells.join(gap)}`.trimEnd()
  })
}

/** `1 rule`, `2 rules`. */
export function counted(count: number, what: string, many = `${what}s`): string {
  return `${count} ${count === 1 ? what : many}`
}
