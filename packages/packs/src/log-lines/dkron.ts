import {
  type LabelOf,
  type LineParser,
  OPEN_BRACE,
  type ParsedLine,
  isNamed,
  jsonObject,
  textOf,
  told,
} from './line-parser.ts'
import { levelTold, severityOf } from './level-word.ts'
import { lineTime } from './line-time.ts'

/**
 * Dkron's lines, logrus's three formatters:
 *
 *     time="2025-04-10T08:14:00Z" level=info msg="grpc_agent: Starting job" job=cleanup node=worker-1
 *     INFO[2019-07-24T21:05:47+08:00] agent: Starting job                      job=cleanup node=worker-1
 *     {"job":"cleanup","level":"info","msg":"agent: Starting job","node":"worker-1","time":"…"}
 *
 * Many programs write so: it is Dkron's where the labels say so, or the line has a node and Dkron's own words.
 */
export const DKRON_LINES: LineParser = {
  system: 'dkron',

  isMeant(bytes, from, to, labels) {
    if (bytes[from] === OPEN_BRACE) return isNamed('dkron', labels)
    return startsWith(bytes, from, to, TIME_KEY) || bytes[from + 4] === OPEN_BRACKET
  },

  parse(line, labels) {
    const fields = line.startsWith('{') ? jsonFields(line) : textFields(line.slice(0, 8192))
    if (fields === undefined || !isDkron(fields, labels)) return undefined
    const timeNs = lineTime(fields.get('time') ?? '')
    const job = fields.get('job') || fields.get('job_name')
    const message = fields.get('msg') ?? ''
    const logger = /^(\w{2,30}): /.exec(message)?.[1]
    return {
      ...(timeNs === undefined ? {} : { timeNs }),
      ...levelTold(fields.get('level') ?? ''),
      ...(logger === undefined ? {} : { logger }),
      system: 'dkron',
      ...(job === undefined || job === '' ? {} : { pipeline: job }),
      ...stageOf(logger, message),
      ...told({ node: fields.get('node') ?? '', error: fields.get('error') ?? '' }),
    }
  },
}

const OPEN_BRACKET = 0x5b
const TIME_KEY = Buffer.from('time="')

function startsWith(bytes: Uint8Array, from: number, to: number, start: Uint8Array): boolean {
  return to - from >= start.length && start.every((byte, i) => bytes[from + i] === byte)
}

type Fields = ReadonlyMap<string, string>

function jsonFields(line: string): Fields | undefined {
  const record = jsonObject(line)
  if (record === undefined) return undefined
  return new Map(Object.entries(record).map(([key, value]) => [key, textOf(value)]))
}

const TERMINAL = /^([A-Z]{4})\[([^\]]{1,40})\] (.*)$/s
const PAIR = /([\w.-]{1,100})=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))/y

/** logfmt, or what logrus writes to a terminal: level, time, and a message before the pairs. */
function textFields(line: string): Fields | undefined {
  const terminal = TERMINAL.exec(line)
  if (terminal === null) return line.startsWith('time="') ? pairs(line, 0) : undefined
  const [, level = '', time = '', rest = ''] = terminal
  if (severityOf(level) === undefined) return undefined
  const first = /(?:^| {1,60})[\w.-]{1,100}=/.exec(rest)
  const end = first?.index ?? rest.length
  const fields = new Map(pairs(rest.slice(end).trimStart(), 0))
  return fields.set('level', level).set('time', time).set('msg', rest.slice(0, end).trimEnd())
}

function pairs(text: string, from: number): Map<string, string> {
  const fields = new Map<string, string>()
  for (let at = from; at < text.length;) {
    PAIR.lastIndex = at
    const found = PAIR.exec(text)
    if (found === null) {
      const next = text.indexOf(' ', at)
      if (next < 0) break
      at = next + 1
      continue
    }
    const [whole, key, quoted, plain = ''] = found
    fields.set(key!, quoted?.replaceAll(/\\(.)/g, '$1') ?? plain)
    at += whole.length
  }
  return fields
}

/** Parts of Dkron that its messages begin with. */
const PARTS: ReadonlySet<string> = new Set([
  'agent',
  'api',
  'cron',
  'dkron',
  'fsm',
  'grpc',
  'grpc_agent',
  'invoke',
  'notifier',
  'raft',
  'rpc',
  'scheduler',
  'store',
])

function isDkron(fields: Fields, labels: LabelOf): boolean {
  if (isNamed('dkron', labels)) return true
  const part = /^(\w{2,30}): /.exec(fields.get('msg') ?? '')?.[1]
  return fields.has('node') && part !== undefined && PARTS.has(part)
}

function stageOf(logger: string | undefined, message: string): Pick<ParsedLine, 'stage'> {
  if (logger === 'scheduler' || logger === 'cron') return { stage: 'schedule' }
  if (
    logger === 'grpc_agent' ||
    logger === 'invoke' ||
    /\b(?:Starting job|Run job|invoking job)\b/i.test(message)
  )
    return { stage: 'execution' }
  return {}
}
