/**
 * Runs a real Airflow, 2 or 3 (all its daemons but the page of 2; SQLite, LocalExecutor), in a folder
 * of its own, with its metrics switched on by their official configuration keys and nothing else changed.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../stand/free-port.ts'

/** How Airflow sends: by StatsD, its tags left out, in the name, or after `|#`; or by OpenTelemetry. */
export const FORMS = ['plain', 'influx', 'datadog', 'otlp'] as const
export type Form = (typeof FORMS)[number]

const FORM_KEYS: Record<Form, Record<string, string>> = {
  plain: { AIRFLOW__METRICS__STATSD_ON: 'True' },
  influx: {
    AIRFLOW__METRICS__STATSD_ON: 'True',
    AIRFLOW__METRICS__STATSD_INFLUXDB_ENABLED: 'True',
  },
  datadog: { AIRFLOW__METRICS__STATSD_DATADOG_ENABLED: 'True' },
  otlp: {
    AIRFLOW__METRICS__OTEL_ON: 'True',
    AIRFLOW__METRICS__OTEL_HOST: '127.0.0.1',
    AIRFLOW__METRICS__OTEL_INTERVAL_MILLISECONDS: '5000',
  },
}

interface AirflowOptions {
  /** A virtual environment with Airflow in it. */
  readonly venv: string
  /** An empty folder: becomes AIRFLOW_HOME. */
  readonly home: string
  readonly statsdPort: number
  /** Of Weir's page, which is where OpenTelemetry goes. */
  readonly webPort: number
  readonly form: Form
}

/** The environment of every Airflow command. The keys that a user would set are the first three. */
function environment({ venv, home, statsdPort, webPort, form }: AirflowOptions): NodeJS.ProcessEnv {
  return {
    ...FORM_KEYS[form],
    AIRFLOW__METRICS__STATSD_HOST: '127.0.0.1',
    AIRFLOW__METRICS__STATSD_PORT: String(statsdPort),
    AIRFLOW__METRICS__OTEL_PORT: String(webPort),
    AIRFLOW_HOME: home,
    AIRFLOW__CORE__DAGS_FOLDER: join(import.meta.dirname, 'dags'),
    AIRFLOW__CORE__LOAD_EXAMPLES: 'False',
    AIRFLOW__CORE__EXECUTOR: 'LocalExecutor',
    AIRFLOW__CORE__PARALLELISM: '4',
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN: `sqlite:///${home}/airflow.db`,
    AIRFLOW__SCHEDULER__MIN_FILE_PROCESS_INTERVAL: '10',
    AIRFLOW__SCHEDULER__DAG_DIR_LIST_INTERVAL: '20',
    // Airflow refuses SQLite with more than one worker for production's sake; a lab is none.
    _AIRFLOW__SKIP_DATABASE_EXECUTOR_COMPATIBILITY_CHECK: '1',
    PATH: `${venv}/bin:/usr/bin:/bin`,
    HOME: home,
    LANG: 'C.UTF-8',
    PYTHONDONTWRITEBYTECODE: '1',
  }
}

/** Tasks of Airflow 3 talk to the API server, whose tokens are signed with a shared secret. */
function apiServer(port: number): Record<string, string> {
  return {
    AIRFLOW__CORE__EXECUTION_API_SERVER_URL: `http://127.0.0.1:${port}/execution/`,
    AIRFLOW__API__PORT: String(port),
    AIRFLOW__API__WORKERS: '1',
    AIRFLOW__API_AUTH__JWT_SECRET: 'only-for-the-lab-only-for-the-lab-only-for-the-lab',
  }
}

/** In groups: a task of Airflow 3 that finds no API server fails, so that one comes first. */
const DAEMONS: Record<'2' | '3', readonly (readonly string[])[]> = {
  '2': [['scheduler', 'triggerer']],
  '3': [['api-server'], ['scheduler', 'dag-processor', 'triggerer']],
}

const API_MS_MAX = 180_000

export interface RunningAirflow {
  /** Its first number. */
  readonly version: '2' | '3'
  stop(): Promise<void>
}

/** Creates the database and starts the daemons. */
export async function startAirflow(options: AirflowOptions): Promise<RunningAirflow> {
  const airflow = join(options.venv, 'bin', 'airflow')
  const apiPort = await freePort()
  const env = { ...environment(options), ...apiServer(apiPort) }
  // Warnings may come before it.
  const said = spawnSync(airflow, ['version'], { env, encoding: 'utf8' }).stdout
  const full = said.trim().split('\n').at(-1) ?? ''
  const version = full.split('.')[0]
  if (version !== '2' && version !== '3') {
    throw new Error(`Cannot run Airflow "${full}": want version 2 or 3`)
  }
  if (version === '2' && options.form === 'otlp') {
    throw new Error(
      'Cannot check Airflow 2 by OpenTelemetry: it sends no times that can be counted',
    )
  }
  mkdirSync(options.home, { recursive: true })
  const migrate = spawnSync(airflow, ['db', 'migrate'], { env, encoding: 'utf8' })
  if (migrate.status !== 0) {
    throw new Error(`Cannot create Airflow's database in "${options.home}": ${migrate.stderr}`)
  }
  const children: ChildProcess[] = []
  process.once('exit', () => {
    for (const { pid } of children) kill(pid, 'SIGKILL')
  })
  for (const group of DAEMONS[version]) {
    for (const command of group) {
      const log = openSync(join(options.home, `${command}.log`), 'a')
      children.push(spawn(airflow, [command], { env, stdio: ['ignore', log, log], detached: true }))
    }
    if (group.includes('api-server')) await answers(`http://127.0.0.1:${apiPort}/api/v2/version`)
  }
  return {
    version,
    stop: async () => {
      await Promise.all(children.map(end))
    },
  }
}

async function answers(url: string): Promise<void> {
  const giveUpAt = Date.now() + API_MS_MAX
  for (;;) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok === true) return
    if (Date.now() > giveUpAt) throw new Error(`Cannot start Airflow: ${url} does not answer`)
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

/** Ends a daemon and the task processes of its group: politely first, for good after 10 s. */
function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    const hard = setTimeout(() => kill(child.pid, 'SIGKILL'), 10_000)
    child.once('exit', () => {
      clearTimeout(hard)
      kill(child.pid, 'SIGKILL')
      resolve()
    })
    kill(child.pid, 'SIGTERM')
  })
}

/** Signals a whole process group. */
function kill(leader: number | undefined, signal: NodeJS.Signals): void {
  if (leader === undefined) return
  try {
    process.kill(-leader, signal)
  } catch {
    // The group is gone already.
  }
}
