import { PLATFORM } from '../airflow/signals.ts'
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

const OPEN_BRACKET = 0x5b
const ESCAPE = 0x1b

/**
 * Airflow's lines:
 *
 *     [2026-11-28T18:09:27.809+0000] {taskinstance.py:3313} ERROR - Task failed with exception     2.x
 *     [2023-11-21, 00:00:19 UTC] {logging_mixin.py:150} INFO - …                                    its page
 *     {"timestamp": "…", "level": "error", "event": "Task failed with exception", "logger": "task"}  3.x
 *
 * A task's own log says nowhere whose it is: its file's name does (`dag_id=…/run_id=…/task_id=…`), where the
 * collector gives it as the label `filename`. The scheduler's lines name DAG and task in many ways.
 *
 * @see airflow:airflow/config_templates/config.yml, `log_format`
 */
export const AIRFLOW_LINES: LineParser = {
  system: 'airflow',

  isMeant(bytes, from, to, labels) {
    const first = bytes[from]
    if (first === OPEN_BRACE) return isNamed('airflow', labels) || isTaskFile(labels)
    if (first === OPEN_BRACKET) {
      const at = bytes[from + 1] === ESCAPE ? from + 6 : from + 1 // `\x1b[34m`: colours of a console
      return isTimeAt(bytes, at, to) || bytes[from + 11] === COMMA
    }
    return false
  },

  parse(line, labels) {
    return line.startsWith('{') ? parseJson(line, labels) : parseText(line, labels)
  },
}

const COMMA = 0x2c

// oxlint-disable-next-line no-control-regex -- colours are control characters
const COLOURS = /\x1b\[[\d;]*m/g
const HEAD =
  /^\[([^\]]{19,40})\] (?:\[([^\]]{1,200})\] )?\{{1,2}([^{}\s:]{1,200}):(\d{1,7})\}{1,2} ([A-Z]{4,8}) - /

function parseText(line: string, labels: LabelOf): ParsedLine | undefined {
  const text = line.slice(0, 4096).replaceAll(COLOURS, '')
  const head = HEAD.exec(text)
  const severity = head === null ? undefined : severityOf(head[5]!)
  if (head === null || severity === undefined) return undefined
  const timeNs = lineTime(head[1]!)
  const file = head[3]!
  const place = placeOf(labels) ?? namedIn(text.slice(head[0].length))
  return {
    ...(timeNs === undefined ? {} : { timeNs }),
    severity,
    logger: file.replace(/\.py$/, ''),
    system: 'airflow',
    ...whereabouts(place, labels, stageOf(file, head[2])),
    ...about(place, `${file}:${head[4]}`),
  }
}

function parseJson(line: string, labels: LabelOf): ParsedLine | undefined {
  const record = jsonObject(line)
  if (record === undefined || typeof record['event'] !== 'string') return undefined
  const place = placeOf(labels) ?? {
    dag: textOf(record['dag_id']),
    task: textOf(record['task_id']),
    run: textOf(record['run_id']),
  }
  const logger = textOf(record['logger'])
  return {
    ...levelTold(textOf(record['level'])),
    ...(logger === '' ? {} : { logger }),
    system: 'airflow',
    ...whereabouts(place.dag === '' ? undefined : place, labels, 'scheduler'),
    ...about(place, ''),
  }
}

/** Whose line it is; '' for what is not known. */
interface Place {
  readonly dag: string
  readonly task: string
  readonly run: string
}

function isTaskFile(labels: LabelOf): boolean {
  return labels('dag_id') !== '' || labels('filename').includes('dag_id=')
}

/** From labels, or from the name of a task's file. */
function placeOf(labels: LabelOf): Place | undefined {
  const file = labels('filename')
  const dag = labels('dag_id') || /dag_id=([^/]+)/.exec(file)?.[1]
  if (dag === undefined) return undefined
  return {
    dag,
    task: labels('task_id') || (/task_id=([^/]+)/.exec(file)?.[1] ?? ''),
    run: labels('run_id') || (/run_id=([^/]+)/.exec(file)?.[1] ?? ''),
  }
}

/** How lines of the scheduler name a DAG, the likeliest first. */
const NAMED: readonly RegExp[] = [
  /<TaskInstance: ([\w.-]+)\.([\w-]+) (\S+)/,
  /dag_id='([^']+)', task_id='([^']+)'(?:, run_id='([^']+)')?/,
  /dag_id=([\w.-]+), task_id=([\w.-]+)(?:, run_id=([^,\s]+))?/,
  /dag_id=([\w.-]+)()(?:, (?:execution_date=[^,]*, |logical_date=[^,]*, )?run_id=([^,\s]+))?/,
  /<DagRun ([\w.-]+)() @ [^>]*?: ([^,\s]+),/,
  /\['airflow', 'tasks', 'run', '([^']+)', '([^']+)', '([^']+)'/,
  /\bDAG ([\w.-]+)()() has \d+\//,
  /\bnext_dagrun for ([\w.-]+)()() to /,
]

function namedIn(message: string): Place | undefined {
  for (const pattern of NAMED) {
    const found = pattern.exec(message)
    if (found === null) continue
    const [, dag = '', task = '', run = ''] = found
    return { dag, task, run }
  }
  return undefined
}

function whereabouts(
  place: Place | undefined,
  labels: LabelOf,
  stage: string,
): { readonly pipeline: string; readonly stage: string } {
  const isTask = isTaskFile(labels)
  return { pipeline: place?.dag ?? PLATFORM, stage: isTask ? 'task' : stage }
}

/** The pack's stages by the file that wrote. */
const STAGES: readonly (readonly [RegExp, string])[] = [
  [/^(?:taskinstance|task_command|standard_task_runner|local_task_job)/, 'task'],
  [/^(?:dagrun|dag)\.py/, 'run'],
  [/^(?:processor|manager|dagbag)\.py/, 'dag-processing'],
  [/executor/, 'executor'],
  [/trigger/, 'triggerer'],
]

function stageOf(file: string, source: string | undefined): string {
  if (source?.includes('DAG_PROCESSOR') === true) return 'dag-processing'
  return STAGES.find(([pattern]) => pattern.test(file))?.[1] ?? 'scheduler'
}

function about(place: Place | undefined, source: string): Pick<ParsedLine, 'metadata'> {
  return told({ task_id: place?.task ?? '', run_id: place?.run ?? '', source })
}
