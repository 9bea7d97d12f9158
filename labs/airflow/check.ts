/**
 * Runs Airflow against a real Weir and says whether Weir shows what happened: the DAGs are there,
 * the failing one is marked failing, nothing is counted twice, and the webhook came in time.
 */
import { type Socket, createSocket } from 'node:dgram'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Health, Overview } from '@weir/packs'
import { type Form, startAirflow } from './airflow.ts'
import { startReceiver, startWeir } from './weir.ts'

const DAGS = ['lab_success', 'lab_failure', 'lab_retry', 'lab_slow', 'team.reports-daily']
const WAIT_MS = 240_000
const WEBHOOK_MS_MAX = 60_000

interface Verdict {
  readonly what: string
  readonly isTrue: boolean
  readonly seen: string
}

export async function check(venv: string, work: string, form: Form): Promise<boolean> {
  const receiver = await startReceiver()
  mkdirSync(work, { recursive: true })
  const weir = await startWeir(work, receiver.url)
  const tap = await startTap(weir.statsdPort)
  say(`Weir at ${weir.web}; Airflow starts (${form} form)`)
  const stopAirflow = await startAirflow({
    venv,
    home: join(work, 'airflow'),
    statsdPort: tap.port,
    form,
  })
  const verdicts: Verdict[] = []
  const verdict = (what: string, isTrue: boolean, seen: string): void => {
    verdicts.push({ what, isTrue, seen })
    say(`${isTrue ? 'ok  ' : 'FAIL'} ${what} (${seen})`)
  }
  try {
    const healths = new Map<string, Health>()
    const seen = await until(WAIT_MS, async () => {
      for (const { pipeline, health } of (await overview(weir.web)).pipelines) {
        healths.set(pipeline, health)
      }
      return DAGS.every((dag) => healths.has(dag)) && healths.get('lab_failure') === 'failing'
    })
    const list = [...healths].map(([pipeline, health]) => `${pipeline} ${health}`).join(', ')
    verdict(
      'every DAG is a pipeline',
      DAGS.every((dag) => healths.has(dag)),
      list,
    )
    verdict('the failing DAG is failing', seen, String(healths.get('lab_failure')))
    verdict('the good DAG is healthy', healths.get('lab_success') === 'healthy', list)
    verdict('the installation is a pipeline', healths.has('(airflow)'), list)

    await until(WEBHOOK_MS_MAX, () => Promise.resolve(receiver.firing('lab_failure') !== undefined))
    const took = (receiver.firing('lab_failure') ?? Number.NaN) - tap.firstFailure()
    const inTime = took <= WEBHOOK_MS_MAX
    verdict(
      'the webhook came within a minute of the failure',
      inTime,
      `${Math.round(took / 1000)} s`,
    )

    // Long enough for a second run of the slow DAG.
    await until(WAIT_MS, () => Promise.resolve(tap.count('dagrun.duration.success.lab_slow') >= 2))
    await stopAirflow()
    await compareCounts(weir.web, tap, verdict)
  } finally {
    await stopAirflow()
    await weir.stop()
    tap.close()
    receiver.close()
  }
  const failed = verdicts.filter(({ isTrue }) => !isTrue)
  say(
    failed.length === 0
      ? 'VERDICT: Weir shows what Airflow did'
      : `VERDICT: ${failed.length} wrong`,
  )
  return failed.length === 0
}

/** What Weir counted against what went through the tap, once the last flush is in. */
async function compareCounts(
  web: string,
  tap: Tap,
  verdict: (what: string, isTrue: boolean, seen: string) => void,
): Promise<void> {
  const cases: readonly (readonly [what: string, expr: string, sent: () => number])[] = [
    ...DAGS.filter((dag) => dag !== 'lab_failure').map(
      (dag) =>
        [
          `successful runs of ${dag}`,
          `sum(airflow_dagrun_duration_count{dag_id="${dag}"})`,
          () => tap.count(`dagrun.duration.success.${dag}`),
        ] as const,
    ),
    [
      'failed runs of lab_failure',
      'sum(airflow_dagrun_failed_count{dag_id="lab_failure"})',
      () => tap.count('dagrun.duration.failed.lab_failure'),
    ],
    [
      'failed tasks of lab_failure',
      'sum(airflow_ti_finish{dag_id="lab_failure",state="failed"})',
      () => tap.count('ti.finish.lab_failure.load.failed'),
    ],
    ['all task starts', 'sum(airflow_ti_start)', () => tap.count('ti.start')],
  ]
  for (const [what, expr, sent] of cases) {
    let value = Number.NaN
    const isEqual = await until(40_000, async () => {
      value = await query(web, expr)
      return value === sent()
    })
    verdict(`${what} are counted once`, isEqual, `sent ${sent()}, Weir has ${value}`)
  }
}

interface Tap {
  readonly port: number
  /** Sum of the counter, or number of the timer's values, that went by under a name without prefix. */
  count(name: string): number
  /** When the first failed DAG run was announced, ms since 1970; NaN before. */
  firstFailure(): number
  close(): void
}

/** Stands between Airflow and Weir: passes every packet on and counts what it says. */
async function startTap(weirPort: number): Promise<Tap> {
  const socket: Socket = createSocket('udp4')
  const counts = new Map<string, number>()
  let firstFailureMs = Number.NaN
  socket.on('message', (packet) => {
    socket.send(packet, weirPort, '127.0.0.1')
    for (const line of packet.toString('utf8').split('\n')) {
      const found = /^airflow\.([^,:]+)[^:]*:([^|]+)\|(c|ms)/.exec(line)
      if (!found) continue
      const [, name = '', value, type] = found
      counts.set(name, (counts.get(name) ?? 0) + (type === 'c' ? Number(value) : 1))
      if (name === 'dagrun.duration.failed.lab_failure') {
        firstFailureMs = Number.isNaN(firstFailureMs) ? Date.now() : firstFailureMs
      }
    }
  })
  await new Promise<void>((resolve) => {
    socket.bind(0, '127.0.0.1', resolve)
  })
  return {
    port: socket.address().port,
    count: (name) => counts.get(name) ?? 0,
    firstFailure: () => firstFailureMs,
    close: () => socket.close(),
  }
}

async function overview(web: string): Promise<Overview> {
  const answer = await fetch(`${web}/api/weir/v1/overview?window=15m`)
  if (!answer.ok) throw new Error(`Cannot read the overview: got ${answer.status}`)
  return (await answer.json()) as Overview
}

/** The one value of an instant query; NaN when there is none. */
async function query(web: string, expr: string): Promise<number> {
  const answer = await fetch(`${web}/api/v1/query?query=${encodeURIComponent(expr)}`)
  const body = (await answer.json()) as {
    readonly data?: { readonly result: readonly { readonly value: readonly [number, string] }[] }
  }
  return Number(body.data?.result[0]?.value[1] ?? Number.NaN)
}

/** Asks every 2 s until the answer is yes; false when the time is over. */
async function until(waitMs: number, isDone: () => Promise<boolean>): Promise<boolean> {
  const end = Date.now() + waitMs
  while (Date.now() < end) {
    if (await isDone()) return true
    await new Promise((resolve) => {
      setTimeout(resolve, 2000)
    })
  }
  return isDone()
}

function say(text: string): void {
  process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)
}
