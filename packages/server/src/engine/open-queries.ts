import type { Clock } from '@weir/model'
import type { EngineView } from '@weir/packs'
import type { ReaderSeat, StoreStats } from '@weir/tsdb'
import type { WeirConfig } from '../config/weir-config.ts'
import type { QueryDesk } from '../query/query-desk.ts'
import type { Telemetry } from '../telemetry/log.ts'
import { QueryPool, type QueryPoolOptions } from '../threads/query-pool.ts'
import { engineOf } from './engine-of.ts'
import { MetricsEngine } from './metrics-engine.ts'
import { RemoteQueries } from './remote-queries.ts'
import { sightings } from './sightings.ts'

/** How long rules wait for what came in right before them to be with the engine. */
const SENT_WITHIN_MS = 1_000

export interface OpenQueriesOptions {
  readonly config: WeirConfig
  readonly pool: QueryPoolOptions
  readonly openSeat: () => Promise<ReaderSeat>
  readonly telemetry: Telemetry
  readonly clock: Clock
  /** Resolves when the engine has what was committed before, or after so many milliseconds. */
  readonly caughtUp: (withinMs: number) => Promise<void>
}

/** Who answers questions about metrics, as the configuration says, and the engine that is behind it. */
export interface OpenedQueries extends AsyncDisposable {
  readonly desk: QueryDesk
  /** Undefined while the embedded store keeps the metrics. */
  readonly engine: MetricsEngine | undefined
  /** Where sleeping packs are looked for. */
  readonly seen: Pick<QueryDesk, 'vector'>
}

/** Opens the query threads, and before them the way to the engine where there is one. */
export async function openQueries(options: OpenQueriesOptions): Promise<OpenedQueries> {
  const { config, pool, openSeat, telemetry, clock, caughtUp } = options
  const keeper = engineOf(config.storage)
  const engine = keeper && (await MetricsEngine.open(keeper, { clock, telemetry }))
  try {
    const local = await QueryPool.open(pool, openSeat, telemetry)
    const desk =
      engine === undefined
        ? local
        : new RemoteQueries({
            engine,
            local,
            watch: pool.watch,
            clock,
            get queuedMax() {
              return pool.queuedMax
            },
            get timeoutMs() {
              return pool.timeoutMs
            },
            evaluation: () => pool.evaluation,
            sent: () => caughtUp(SENT_WITHIN_MS),
          })
    const seen = engine === undefined ? desk : sightings(local, desk)
    return { desk, engine, seen, [Symbol.asyncDispose]: () => desk[Symbol.asyncDispose]() }
  } catch (error) {
    await engine?.[Symbol.asyncDispose]()
    throw error
  }
}

/** What pages show of the engine; undefined without one. */
export function engineView(
  engine: MetricsEngine | undefined,
  waiting: StoreStats['outgoing'],
): EngineView | undefined {
  if (engine === undefined) return undefined
  const { flavour, version, awaySinceMs, why } = engine.state
  return {
    address: engine.address,
    flavour: flavour ?? '',
    version,
    awaySinceMs: awaySinceMs ?? null,
    why,
    queueBytes: waiting?.bytes ?? 0,
    queueSinceMs: waiting?.sinceMs ?? null,
    queueBytesMax: engine.config.queue.max_bytes,
    queueAgeMaxMs: engine.config.queue.max_age,
  }
}

/** What a ready Weir has to say all the same: it takes everything in while its engine is away. */
export function engineRemarks(engine: MetricsEngine | undefined): string[] {
  if (engine?.state.awaySinceMs === undefined) return []
  return [engine.awayError().message]
}
