/** Flink on loopback: a JobManager and TaskManagers of one slot each, as processes of their own. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../stand/free-port.ts'

const START_MS_MAX = 180_000

/** What Flink's own scripts open of Java 17's modules. */
const OPENED = ['lang', 'net', 'io', 'nio', 'text', 'time', 'util', 'util.concurrent']

/** Less of the CPU while it starts. */
const QUICK_START = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']

/** Flink gives up when its network is not up within ten seconds, as on a busy machine. */
const TRIES_MAX = 6

export interface FlinkCluster {
  /** Compiles the job, uploads it and starts it. */
  start(job: string, args: readonly string[]): Promise<void>
  /** Kills one of the TaskManagers: the index of `pagePorts` less one. */
  kill(taskManager: number): void
  stop(): void
}

/** `pagePorts` are where the pages of metrics will be: the JobManager's, then one for each TaskManager. */
export async function startFlink(
  folder: string,
  work: string,
  options: { readonly pagePorts: readonly number[] },
): Promise<FlinkCluster> {
  const home = join(work, 'flink')
  mkdirSync(home)
  const [rpcPort, restPort] = [await freePort(), await freePort()]
  writeFileSync(join(home, 'config.yaml'), configOf({ home, rpcPort, restPort }))
  const classPath = `${folder}/pyflink/lib/*:${folder}/connectors/*`
  const processes: ChildProcess[] = []
  const run = (name: string, main: string, pagePort: number, more: readonly string[]): void => {
    const log = openSync(join(home, `${name}.log`), 'w')
    const opened = OPENED.map((part) => `--add-opens=java.base/java.${part}=ALL-UNNAMED`)
    const java = [
      '-Xmx256m',
      ...QUICK_START,
      ...opened,
      '-Dorg.apache.logging.log4j.level=INFO',
      '-cp',
      classPath,
    ]
    const own = [`-Dmetrics.reporter.prom.port=${pagePort}`, ...more]
    const child = spawn('java', [...java, main, '--configDir', home, ...own], {
      stdio: ['ignore', log, log],
      env: { ...process.env, FLINK_PLUGINS_DIR: `${folder}/pyflink/plugins`, FLINK_CONF_DIR: home },
    })
    process.once('exit', () => child.kill('SIGKILL'))
    processes.push(child)
  }
  const [jobManager, ...taskManagers] = options.pagePorts
  const runtime = 'org.apache.flink.runtime'
  run('jobmanager', `${runtime}.entrypoint.StandaloneSessionClusterEntrypoint`, jobManager ?? 0, [])
  const rest = `http://127.0.0.1:${restPort}`
  await slotsOf(rest, 0, processes[0], home)
  for (const [index, port] of taskManagers.entries()) {
    const id = `-Dtaskmanager.resource-id=tm-${index}`
    for (let tries = 1; ; tries++) {
      run(`taskmanager-${index}`, `${runtime}.taskexecutor.TaskManagerRunner`, port, [id])
      if (await slotsOf(rest, index + 1, processes.at(-1), home, tries < TRIES_MAX)) break
      processes.pop()
    }
  }
  return {
    async start(job, args) {
      const jar = compiled(job, home, classPath)
      const form = new FormData()
      form.append('jarfile', new Blob([readFileSync(jar)]), 'job.jar')
      const { filename } = (await ask(`${rest}/jars/upload`, { method: 'POST', body: form })) as {
        readonly filename: string
      }
      await ask(`${rest}/jars/${filename.split('/').at(-1)}/run`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ entryClass: job, programArgsList: args }),
      })
    },
    kill: (taskManager) => void processes[taskManager + 1]?.kill('SIGKILL'),
    stop: () => {
      for (const child of processes) child.kill('SIGKILL')
    },
  }
}

async function ask(url: string, init?: RequestInit): Promise<unknown> {
  const answer = await fetch(url, init)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`Cannot ask Flink: ${answer.status} ${text.slice(0, 2000)}`)
  return JSON.parse(text)
}

/** Waits until so many slots are free; false when the process ended, where that may be. */
async function slotsOf(
  rest: string,
  wanted: number,
  child: ChildProcess | undefined,
  home: string,
  mayEnd = false,
): Promise<boolean> {
  const giveUpAt = Date.now() + START_MS_MAX
  for (;;) {
    try {
      const { 'slots-available': free } = (await ask(`${rest}/overview`)) as {
        readonly 'slots-available': number
      }
      if (free >= wanted) return true
    } catch {
      // It does not answer yet.
    }
    const hasEnded = child?.exitCode !== null
    if (hasEnded && mayEnd) return false
    if (hasEnded || Date.now() > giveUpAt) {
      throw new Error(`Cannot start Flink: want ${wanted} slots, see the logs in ${home}`)
    }
    await sleep(500)
  }
}

function compiled(job: string, home: string, classPath: string): string {
  const classes = join(home, 'classes')
  const source = join(import.meta.dirname, 'job', `${job}.java`)
  execFileSync('javac', ['-d', classes, '-cp', classPath, source], { stdio: 'inherit' })
  const jar = join(home, 'job.jar')
  execFileSync('jar', ['--create', '--file', jar, '-C', classes, '.'])
  return jar
}

function configOf(of: {
  readonly rpcPort: number
  readonly restPort: number
  readonly home: string
}): string {
  const settings = {
    'io.tmp.dirs': of.home,
    'jobmanager.rpc.address': '127.0.0.1',
    'jobmanager.rpc.port': of.rpcPort,
    'jobmanager.bind-host': '127.0.0.1',
    'jobmanager.memory.process.size': '700m',
    'rest.address': '127.0.0.1',
    'rest.bind-address': '127.0.0.1',
    'rest.port': of.restPort,
    'taskmanager.host': '127.0.0.1',
    'taskmanager.bind-host': '127.0.0.1',
    'taskmanager.numberOfTaskSlots': 1,
    // What Flink's scripts would work out from the size of the process.
    'taskmanager.cpu.cores': '1.0',
    'taskmanager.memory.framework.heap.size': '128m',
    'taskmanager.memory.framework.off-heap.size': '128m',
    'taskmanager.memory.jvm-metaspace.size': '256m',
    'taskmanager.memory.jvm-overhead.min': '192m',
    'taskmanager.memory.jvm-overhead.max': '192m',
    'taskmanager.memory.task.heap.size': '100m',
    'taskmanager.memory.task.off-heap.size': '0',
    'taskmanager.memory.managed.size': '16m',
    'taskmanager.memory.network.min': '32m',
    'taskmanager.memory.network.max': '32m',
    'parallelism.default': 1,
    // How soon Flink itself notices that a TaskManager is dead: up to 50 s unless told.
    'heartbeat.interval': '2 s',
    'heartbeat.timeout': '8 s',
    'restart-strategy.type': 'fixed-delay',
    'restart-strategy.fixed-delay.attempts': 1000,
    'restart-strategy.fixed-delay.delay': '1 s',
    'metrics.reporter.prom.factory.class':
      'org.apache.flink.metrics.prometheus.PrometheusReporterFactory',
    'metrics.reporter.prom.filterLabelValueCharacters': false,
  }
  return Object.entries(settings)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('')
}
