/** The chart's README is written from values.schema.json and values.yaml: `WEIR_GOLDEN=write` rewrites it. */

interface ValueSchema {
  readonly description?: string
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly items?: ValueSchema
  readonly properties?: Readonly<Record<string, ValueSchema>>
}

/** A row for each key that can be set, sections before what is in them. */
export function valueRows(schema: ValueSchema, values: unknown, before = ''): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, each]) => {
    const name = `${before}${key}`
    const value = (values as Readonly<Record<string, unknown>> | undefined)?.[key]
    if (each.properties !== undefined) {
      return [`| **\`${name}\`** | | ${each.description} |`, ...valueRows(each, value, `${name}.`)]
    }
    const choices = (each.enum ?? each.items?.enum ?? []).filter((choice) => choice !== '')
    const also =
      choices.length === 0
        ? ''
        : ` One of ${choices.map((one) => `\`${String(one)}\``).join(', ')}.`
    const rows = Object.entries(each.items?.properties ?? {}).map(
      ([inner, { description }]) => `| \`${name}[].${inner}\` | | ${description} |`,
    )
    return [`| \`${name}\` | ${shown(value)} | ${each.description}${also} |`, ...rows]
  })
}

function shown(value: unknown): string {
  return value === undefined || value === '' ? '' : `\`${JSON.stringify(value)}\``
}

/** Every key that values may have must be said in words. */
export function undescribed(schema: ValueSchema, before = ''): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, each]) => {
    const name = `${before}${key}`
    const inside = undescribed(each, `${name}.`)
    return (each.description ?? '') === '' ? [name, ...inside] : inside
  })
}
