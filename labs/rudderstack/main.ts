/** The lab; `run` calls this. */
import { mkdtempSync, rmSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLineTap } from '../stand/line-tap.ts'
import { Verdicts, say } from '../stand/verdicts.ts'
import { startReceiver, startWeir } from '../stand/weir.ts'
import { startDestination, startTransformer } from './neighbours.ts'
import { startPostgres } from './postgres.ts'
import { recordLines } from './record.ts'
import { type RunningRudder, startRudder } from './server.ts'
import { startStandIn } from './stand-in.ts'
import { type WebhookPlace, shown, wayTo } from './workspace.ts'

const MINUTE_MS = 60_000

/** Between two events of the source. */
const PACE_MS = 200

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const work = mkdtempSync(join(tmpdir(), 'weir-lab-rudderstack-'))
try {
  // PostgreSQL runs as another user where the lab is root's.
  await chmod(work, 0o755)
  await lab()
} finally {
  if (process.env['WEIR_LAB_KEEP']) say(`kept ${work}`)
  else rmSync(work, { recursive: true, force: true, maxRetries: 5 })
}

async function lab(): Promise<void> {
  const verdicts = new Verdicts()
  const receiver = await startReceiver()
  const transformer = await startTransformer()
  const good = await startDestination()
  const bad = await startDestination()
  const orders: WebhookPlace = { id: '2labDestOfOrdersg00d01', name: 'Orders', url: good.url }
  const stock: WebhookPlace = { id: '2labDestOfStockbad002', name: 'Stock', url: bad.url }
  const weir = await startWeir(work, { webhookUrl: receiver.url })
  const tap = await startLineTap(weir.statsdPort)
  say(`Weir at ${weir.web}; rudder-server starts`)
  const places = [orders, stock]
  const rudder = await startServer({ transformer: transformer.url, statsdPort: tap.port, places })
  say('rudder-server answers; events begin')
  const events = startEvents(() => rudder.track())
  const healthOf = async (name: string): Promise<string> => {
    const found = await weir.pipeline(name)
    return found === undefined ? 'not there' : `${found.health}: ${found.reason}`
  }
  const isHealthy = async (name: string) => {
    const seen = await healthOf(name)
    return { isTrue: seen.startsWith('healthy'), seen }
  }
  try {
    for (const place of [orders, stock]) {
      await verdicts.within(2 * MINUTE_MS, `${wayTo(place)} is a pipeline, and healthy`, () =>
        isHealthy(wayTo(place)),
      )
    }
    await verdicts.within(MINUTE_MS, 'the server is a pipeline, and healthy', () =>
      isHealthy('(rudderstack)'),
    )
    await verdicts.within(MINUTE_MS, 'its stages tell of events', async () => {
      const stages = await Promise.all(
        ['gateway', 'processor', 'router'].map(async (stage) => {
          const pace = `weir_stage_throughput{pipeline="${wayTo(orders)}",stage="${stage}"}`
          return [stage, await weir.value(pace)] as const
        }),
      )
      return {
        isTrue: stages.every(([, pace]) => pace !== undefined && pace > 0),
        seen: stages.map(([stage, pace]) => `${stage} ${pace?.toFixed(1)}/s`).join(', '),
      }
    })

    bad.status = 400
    say('Stock refuses every event from now on (400)')
    await verdicts.within(MINUTE_MS, 'somebody is told that events are given up', () => {
      const at = receiver.firing('RudderEventsAborted', wayTo(stock))
      return Promise.resolve({ isTrue: at !== undefined, seen: at === undefined ? 'no' : 'told' })
    })
    await verdicts.within(MINUTE_MS, 'its pipeline is no longer healthy', async () => {
      const seen = await healthOf(wayTo(stock))
      return { isTrue: /^(degraded|failing)/.test(seen), seen }
    })
    const other = await isHealthy(wayTo(orders))
    verdicts.take('the other one is', other.isTrue, other.seen)

    bad.status = 200
    good.status = 500
    say('Stock takes events again; Orders answers 500 from now on, and the server tries again')
    await verdicts.within(MINUTE_MS, 'errors of Orders are seen', async () => {
      const errors = await weir.value(
        `weir_stage_errors{pipeline="${wayTo(orders)}",stage="router"}`,
      )
      return { isTrue: errors !== undefined && errors > 0, seen: `${errors?.toFixed(2)} a second` }
    })
    good.status = 200
    events.stop()
    // Everything has gone its way: nothing is pending at the destinations.
    await verdicts.within(2 * MINUTE_MS, 'each delivered event counts once', async () => {
      const counted = await weir.value(
        `sum(event_delivery{module="router",destination="${shown(orders)}"})`,
      )
      return { isTrue: counted === good.taken, seen: `${good.taken} taken, ${counted} counted` }
    })
    if (process.argv[2] === 'record') recordLines(tap.lines())
  } finally {
    events.stop()
    await rudder.stop()
    tap.close()
    for (const neighbour of [transformer, good, bad]) neighbour.close()
    await weir.stop()
    receiver.close()
  }
  verdicts.close()
}

/** The real one with its database, or what plays it. */
async function startServer(options: {
  readonly transformer: string
  readonly statsdPort: number
  readonly places: readonly WebhookPlace[]
}): Promise<RunningRudder> {
  if (process.argv[2] === 'stand-in') return startStandIn(options)
  const program = process.env['WEIR_LAB_RUDDER']
  const bin = process.env['WEIR_LAB_POSTGRES']
  if (!program || !bin) throw new Error('Cannot start the lab: use labs/rudderstack/run')
  const postgres = await startPostgres(bin, join(work, 'postgres'))
  const rudder = await startRudder(program, join(work, 'rudder'), { ...options, postgres })
  return {
    ...rudder,
    stop: async () => {
      await rudder.stop()
      await postgres.stop()
    },
  }
}

/** Sends events at an even pace, one at a time. */
function startEvents(track: () => Promise<void>): { stop(): void } {
  const ended = new AbortController()
  const loop = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await track()
      await new Promise((resolve) => setTimeout(resolve, PACE_MS))
    }
  }
  void loop().catch((error: unknown) => say(`events end: ${String(error)}`))
  return { stop: () => ended.abort() }
}
