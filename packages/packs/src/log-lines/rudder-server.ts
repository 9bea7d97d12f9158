import {
  type LabelOf,
  type LineParser,
  OPEN_BRACE,
  type ParsedLine,
  isNamed,
  isTimeAt,
  jsonObject,
  textOf,
  told,
} from './line-parser.ts'
import { levelTold, severityOf } from './level-word.ts'
import { lineTime } from './line-time.ts'

const TAB = 0x09

/**
 * rudder-server's lines, zap's console and JSON encoders:
 *
 *     2077-01-23T10:15:13.000Z⇥INFO⇥router.GA⇥dir/file.go:42⇥hello world⇥{"destinationId": "…"}
 *     {"level":"INFO","ts":"2077-01-23T10:15:13.000Z","logger":"router.GA","caller":"dir/file.go:42","msg":"…"}
 *
 * Logger and place may be switched off, and the fields be missing. A pipeline is a source's way to a destination.
 *
 * @see rudder-go-kit:logger, rudder-observability-kit:labels.yaml
 */
export const RUDDER_LINES: LineParser = {
  system: 'rudderstack',

  isMeant(bytes, from, to, labels) {
    if (bytes[from] === OPEN_BRACE) return isNamed('rudder', labels)
    if (!isTimeAt(bytes, from, to)) return false
    // A zone may be longer than `Z`.
    const at = bytes.indexOf(TAB, from + 19)
    return at >= 0 && at <= from + 36 && at < to
  },

  parse(line, labels) {
    return line.startsWith('{') ? parseJson(line) : parseConsole(line, labels)
  },
}

const CALLER = /^[\w./@-]+\.go:\d+$/
const LOGGER = /^[\w.-]{1,200}$/

function parseConsole(line: string, labels: LabelOf): ParsedLine | undefined {
  const [time = '', level = '', ...rest] = line.slice(0, 16_384).split('\t')
  const timeNs = lineTime(time)
  const severity = severityOf(level)
  if (timeNs === undefined || severity === undefined) return undefined
  // Other programs with zap's console encoder write the same: here loggers have dots or Weir was told.
  const logger =
    rest.length > 1 && LOGGER.test(rest[0]!) && !CALLER.test(rest[0]!) ? rest.shift()! : ''
  const caller = rest.length > 1 && CALLER.test(rest[0]!) ? rest.shift()! : ''
  const fields = rest.length > 1 ? (jsonObject(rest.at(-1)!) ?? {}) : {}
  const isOurs = moduleOf(logger) !== undefined || hasIds(fields) || isNamed('rudder', labels)
  if (!isOurs) return undefined
  return {
    timeNs,
    severity,
    ...(logger === '' ? {} : { logger }),
    ...whereabouts(logger, fields),
    ...about(fields, caller),
  }
}

function parseJson(line: string): ParsedLine | undefined {
  const fields = jsonObject(line)
  if (fields === undefined || typeof fields['msg'] !== 'string') return undefined
  const logger = textOf(fields['logger'])
  return {
    ...levelTold(textOf(fields['level'])),
    ...(logger === '' ? {} : { logger }),
    ...whereabouts(logger, fields),
  }
}

type Fields = Readonly<Record<string, unknown>>

function field(fields: Fields, name: 'source' | 'destination'): string {
  return textOf(fields[`${name}Id`]) || textOf(fields[`${name}ID`])
}

function hasIds(fields: Fields): boolean {
  return field(fields, 'source') !== '' || field(fields, 'destination') !== ''
}

function whereabouts(
  logger: string,
  fields: Fields,
): Pick<ParsedLine, 'system' | 'pipeline' | 'stage'> {
  const ways = [field(fields, 'source'), field(fields, 'destination')].filter((id) => id !== '')
  const stage = moduleOf(logger)
  return {
    system: 'rudderstack',
    ...(ways.length === 0 ? {} : { pipeline: ways.join('/') }),
    ...(stage === undefined ? {} : { stage }),
  }
}

/** Modules by the first part of their loggers, and the stage that they are. */
const STAGES: Readonly<Record<string, string>> = {
  gateway: 'gateway',
  webhook: 'gateway',
  processor: 'processor',
  transformer: 'transformer',
  router: 'router',
  batchrouter: 'router',
  warehouse: 'warehouse',
  jobsdb: 'jobsdb',
  archiver: 'archiver',
  reporting: 'reporting',
  'backend-config': 'backend-config',
}

function moduleOf(logger: string): string | undefined {
  const module = logger.split('.', 1)[0]!.toLowerCase()
  return Object.hasOwn(STAGES, module) ? STAGES[module] : undefined
}

function about(fields: Fields, caller: string): Pick<ParsedLine, 'metadata'> {
  return told({
    source: caller,
    source_id: field(fields, 'source'),
    destination_id: field(fields, 'destination'),
    destination_type: textOf(fields['destinationType']),
    workspace_id: textOf(fields['workspaceId']) || textOf(fields['workspaceID']),
    error: textOf(fields['error']),
  })
}
