/** What a record says to a human, best first. */
const MESSAGE_KEYS: readonly string[] = [
  'message',
  'msg',
  '@message',
  'short_message',
  'body',
  'event',
  'log',
]

/** What stands in front of the line already. */
const TOLD = /^(?:@?timestamp|@t|_?time|ts|level|severity|lvl|levelname|log_level|severity_?text)$/i

const DEPTH_MAX = 16

/**
 * What a line says, for eyes: of a JSON object its message, and behind it what else it has, under the names
 * by which LogQL knows it. Texts of several lines, such as stack traces, stand below. Any other line is as it came.
 */
export function saidText(line: string, labels: Readonly<Record<string, string>>): string {
  const object = objectIn(line)
  const key = MESSAGE_KEYS.find((name) => typeof object?.[name] === 'string' && object[name] !== '')
  if (object === undefined || key === undefined) return line
  const beside: string[] = []
  const below: string[] = []
  for (const [name, value] of fieldsOf(object)) {
    if (name === key || TOLD.test(name) || isLabel(labels, name, value)) continue
    if (value.includes('\n')) below.push(`${name}: ${value}`)
    else beside.push(`${name}=${/^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)}`)
  }
  return [[object[key] as string, ...beside].join(' '), ...below].join('\n')
}

/** Whether the stream says it already; a record's `service` is the stream's `service_name`. */
function isLabel(labels: Readonly<Record<string, string>>, name: string, value: string): boolean {
  const label = name === 'service' ? 'service_name' : name
  return Object.hasOwn(labels, label) && labels[label] === value
}

function objectIn(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!/^\s*\{/.test(line)) return undefined
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>
  } catch {
    return undefined
  }
}

function* fieldsOf(
  object: object,
  before = '',
  depth = 1,
): Generator<readonly [name: string, value: string]> {
  for (const [key, value] of Object.entries(object) as [string, unknown][]) {
    const own = key.replaceAll(/[^a-zA-Z0-9_]/g, '_')
    const name = before === '' ? own : `${before}_${own}`
    if (value === null) continue
    if (typeof value === 'string') yield [name, value]
    else if (typeof value !== 'object' || Array.isArray(value) || depth === DEPTH_MAX) {
      yield [name, JSON.stringify(value)]
    } else yield* fieldsOf(value, name, depth + 1)
  }
}
