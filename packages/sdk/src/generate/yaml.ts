/** What can be written as YAML here. */
export type YamlValue =
  | string
  | number
  | boolean
  | readonly YamlValue[]
  | { readonly [key: string]: YamlValue }

/** Words that YAML would read as something other than the text they are. */
const PLAIN = /^[A-Za-z_/][A-Za-z0-9_./-]*$/
const RESERVED = /^(?:true|false|yes|no|on|off|null|y|n|~)$/i

/** Plain data as YAML in block form. Texts that need quotes get JSON's, which YAML reads alike. */
export function toYaml(value: YamlValue): string {
  return `${lines(value, '').join('\n')}\n`
}

function lines(value: YamlValue, indent: string): string[] {
  if (typeof value !== 'object') return [`${indent}${scalar(value)}`]
  if (isEmpty(value)) return [`${indent}${Array.isArray(value) ? '[]' : '{}'}`]
  if (!Array.isArray(value)) {
    return Object.entries(value).flatMap(([key, item]) => entry(key, item, indent))
  }
  return (value as readonly YamlValue[]).flatMap((item) => {
    const [first = '', ...rest] = lines(item, `${indent}  `)
    return [`${indent}- ${first.trimStart()}`, ...rest]
  })
}

function entry(key: string, value: YamlValue, indent: string): string[] {
  const head = `${indent}${scalar(key)}:`
  if (typeof value === 'object' && !isEmpty(value)) return [head, ...lines(value, `${indent}  `)]
  return [`${head} ${lines(value, '')[0]!}`]
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0
}

function scalar(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value)
  return PLAIN.test(value) && !RESERVED.test(value) ? value : JSON.stringify(value)
}
