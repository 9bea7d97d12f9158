/** The HTTP API as Weir itself describes it: a section a path. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

interface Operation {
  readonly summary: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: {
    readonly content: Readonly<
      Record<
        string,
        { readonly schema?: { readonly properties?: Readonly<Record<string, Field>> } }
      >
    >
  }
}

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description?: string
}

interface Field {
  readonly description?: string
}

/** As Markdown, so that it is a page like the others. */
export function apiPage({ paths }: OpenApi): string {
  const groups = new Map<string, string[]>()
  for (const [path, methods] of Object.entries(paths).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const group = groupOf(path)
    groups.set(group, [...(groups.get(group) ?? []), pathSection(path, methods)])
  }
  const body = [...groups].map(([group, sections]) => `## \`${group}\`\n\n${sections.join('\n')}`)
  return `# Every path of the HTTP API

Made of the document that a running Weir gives under \`/api/weir/v1/openapi.json\`. What answers look like, limits, and how errors are told: [the HTTP API](http-api.md).

${body.join('\n')}`
}

/** `/api/v1`, `/loki`; what Elasticsearch's senders want is under one name. */
function groupOf(path: string): string {
  if (path.startsWith('/_')) return '/_'
  return /^\/(?:api\/)?[\w-]+(?:\/v\d+)?/.exec(path)?.[0] ?? '/'
}

function pathSection(path: string, methods: Readonly<Record<string, Operation>>): string {
  const names = Object.keys(methods).map((method) => method.toUpperCase())
  const [first] = Object.values(methods)
  const rows = new Map<string, string>()
  for (const { parameters = [], requestBody } of Object.values(methods)) {
    for (const { name, in: where, required, description = '' } of parameters) {
      rows.set(
        name,
        `| \`${name}\` | ${where}${required === true ? ', required' : ''} | ${cell(description)} |`,
      )
    }
    for (const { schema } of Object.values(requestBody?.content ?? {})) {
      for (const [name, { description = '' }] of Object.entries(schema?.properties ?? {})) {
        if (!rows.has(name)) rows.set(name, `| \`${name}\` | form | ${cell(description)} |`)
      }
    }
  }
  const table =
    rows.size === 0
      ? ''
      : `\n| parameter | in | |\n| --- | --- | --- |\n${[...rows.values()].join('\n')}\n`
  return `### \`${names.join(' ')} ${path}\`\n\n${first!.summary}\n${table}`
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
