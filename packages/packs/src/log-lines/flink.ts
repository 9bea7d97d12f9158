import { type LineParser, type ParsedLine, isTimeAt, told } from './line-parser.ts'
import { severityOf } from './level-word.ts'
import { lineTime } from './line-time.ts'

/**
 * Flink's lines of text, as its log4j2 patterns have them; Dagger's too, which runs on Flink:
 *
 *     2024-12-03 02:18:16,763 INFO  org.apache.flink.….ExecutionGraph       [] - Source: … switched from …
 *     2019-05-17 15:43:08,068 INFO  org.apache.flink.….CheckpointCoordinator     - Triggering checkpoint 66 …
 *     2026-11-28 18:00:00,123 ERROR [main] org.apache.flink.… - …
 *
 * @see flink:flink-dist/src/main/flink-bin/conf/log4j.properties
 */
export const FLINK_LINES: LineParser = {
  system: 'flink',

  isMeant(bytes, from, to) {
    return isTimeAt(bytes, from, to) && bytes[from + 10] === BLANK && bytes[from + 19] === COMMA
  },

  parse(line) {
    const text = line.slice(0, 4096)
    const head = HEAD.exec(text)
    const severity = head === null ? undefined : severityOf(head[2]!)
    if (head === null || severity === undefined) return undefined
    const [, time, , , thread = '', logger = ''] = head
    const timeNs = lineTime(time!)
    const message = text.slice(head[0].length)
    return {
      ...(timeNs === undefined ? {} : { timeNs }),
      severity,
      logger,
      system: 'flink',
      ...pipelineOf(message),
      ...stageOf(logger, message),
      ...told({ thread, job_id: JOB_ID.exec(message)?.[1] ?? '' }),
    }
  },
}

const BLANK = 0x20
const COMMA = 0x2c

/** Time, level, perhaps a thread, logger, and perhaps what log4j calls NDC, which Flink prints always. */
const HEAD =
  /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) ([A-Z]{4,5}) +(\[([^\]]{1,200})\] +)?([\w$.]{1,300}) +(?:\[[^\]]{0,300}\] +)?- /
const JOB_ID = /\b(?:job |Job [^(]{1,200}\()([0-9a-f]{32})\b/
const JOB_NAME = /\b[Jj]ob '?([^'(]{1,200}?)'? \([0-9a-f]{32}\)/

function pipelineOf(message: string): Pick<ParsedLine, 'pipeline'> {
  const name = JOB_NAME.exec(message)?.[1]
  return name === undefined ? {} : { pipeline: name }
}

const LOGGERS: readonly (readonly [RegExp, string])[] = [
  [/^org\.apache\.flink\.runtime\.checkpoint\b/, 'checkpoints'],
  [/^org\.apache\.(?:kafka\.clients\.consumer|flink\.connector\.[a-z]+\.source)\b/, 'source'],
  [
    /^org\.apache\.(?:kafka\.clients\.producer|iceberg\.flink\.sink|flink\.connector\.[a-z]+\.sink)\b/,
    'sink',
  ],
]
/** Names of tasks, where their state changes: `Source: orders -> Map (1/2) (…) switched from …`. */
const TASK = /^(.{1,500}?) \(\d+\/\d+\)/

function stageOf(logger: string, message: string): Pick<ParsedLine, 'stage'> {
  const byLogger = LOGGERS.find(([pattern]) => pattern.test(logger))?.[1]
  if (byLogger !== undefined) return { stage: byLogger }
  const task = TASK.exec(message)?.[1]
  if (task === undefined) return {}
  if (task.startsWith('Source: ')) return { stage: 'source' }
  return { stage: /(?:^|> )(?:Sink: |\S*Writer|\S*Committer)/.test(task) ? 'sink' : 'operators' }
}
