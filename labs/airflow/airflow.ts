/**
 * Runs a real Airflow, 2 or 3 (all its daemons but the page of 2; SQLite, LocalExecutor), in a folder
 * of its own, with StatsD switched on by its official configuration keys and nothing else changed.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, openSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

/** How Airflow writes its tags: not at all, in the name, or after `|#`. */
export const FORMS = ['plain', 'influx', 'datadog'] as const
export type Form = (typeof FORMS)[number]

const FORM_KEYS: Record<Form, Record<string, string>> = {
  plain: { AIRFLOW__METRICS__STATSD_ON: 'True' },
  influx: {
    AIRFLOW__METRICS__STATSD_ON: 'True',
    AIRFLOW__METRICS__STATSD_INFLUXDB_ENABLED: 'True',
  },
  datadog: { AIRFLOW__METRICS__STATSD_DATADOG_ENABLED: 'True' },
}

interface AirflowOptions {
  /** A virtual environment with Airflow in it. */
  readonly venv: string
  /** An empty folder: becomes AIRFLOW_HOME. */
  readonly home: string
  readonly statsdPort: number
  readonly form: Form
}

/** The environment of every Airflow command. The keys that a user would set are the first three. */
function environment({ venv, home, statsdPort, form }: AirflowOptions): NodeJS.ProcessEnv {
  return {
    ...FORM_KEYS[form],
    AIRFLOW__METRICS__STATSD_HOST: '127.0.0.1',
    AIRFLOW__METRICS__STATSD_PORT: String(statsdPort),
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

const DAEMONS: Record<string, readonly string[]> = {
  '2': ['scheduler', 'triggerer'],
  '3': ['api-server', 'scheduler', 'dag-processor', 'triggerer'],
}

/** Creates the database, starts the daemons, and returns the function that ends them. */
export async function startAirflow(options: AirflowOptions): Promise<() => Promise<void>> {
  const airflow = join(options.venv, 'bin', 'airflow')
  const env = { ...environment(options), ...apiServer(await freePort()) }
  // Warnings may come before it.
  const said = spawnSync(airflow, ['version'], { env, encoding: 'utf8' }).stdout
  const version = said.trim().split('\n').at(-1) ?? ''
  const daemons = DAEMONS[version.split('.')[0] ?? '']
  if (!daemons) throw new Error(`Cannot run Airflow "${version}": want version 2 or 3`)
  mkdirSync(options.home, { recursive: true })
  const migrate = spawnSync(airflow, ['db', 'migrate'], { env, encoding: 'utf8' })
  if (migrate.status !== 0) {
    throw new Error(`Cannot create Airflow's database in "${options.home}": ${migrate.stderr}`)
  }
  const children = daemons.map((command) => {
    const log = openSync(join(options.home, `${command}.log`), 'a')
    return spawn(airflow, [command], { env, stdio: ['ignore', log, log], detached: true })
  })
  process.once('exit', () => {
    for (const { pid } of children) kill(pid, 'SIGKILL')
  })
  return async () => {
    await Promise.all(children.map(end))
  }
}

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0))
    })
  })
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
