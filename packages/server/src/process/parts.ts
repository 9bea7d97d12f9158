import { systemClock } from '@weir/model'
import { connectAppender } from '@weir/tsdb'
import { Backfills } from '../backfill/backfills.ts'
import { Backtests } from '../backtest/backtests.ts'
import type { Flags, Setup } from '../config/load-config.ts'
import type { LogQueries } from '../log-query/log-queries.ts'
import { LogsSide } from '../logs/logs-side.ts'
import { PushSide } from '../push/push-side.ts'
import type { Writer } from '../serve.ts'
import { RemoteWriteOut } from '../threads/remote-write-out.ts'
import { AccessSide } from './access-side.ts'
import { AlertingSide } from './alerting-side.ts'
import { Ground } from './ground.ts'
import { IntakeSide } from './intake-side.ts'
import { KeptSide } from './kept-side.ts'
import { logQueriesOf } from './log-questions.ts'
import { OwnMetrics } from './own-metrics.ts'
import { QuerySide } from './query-side.ts'

/**
 * What a running Weir is made of. All parts are there from the beginning, so that each may be told of others; none does
 * anything before it is opened, in the order of process.ts.
 */
export class Parts {
  readonly ground: Ground
  readonly access: AccessSide
  readonly kept: KeptSide
  readonly push: PushSide
  readonly logs: LogsSide
  readonly logQueries: LogQueries
  readonly queries: QuerySide
  readonly backfills: Backfills
  readonly backtests: Backtests
  readonly out: RemoteWriteOut
  readonly alerting: AlertingSide
  readonly intakes: IntakeSide
  readonly metrics: OwnMetrics

  /** @throws {WeirError} `CONFIG_INVALID` for a bad web configuration file */
  constructor(flags: Flags, setup: Setup, writer: Writer) {
    const ground = new Ground(flags, setup, writer)
    this.ground = ground
    this.metrics = new OwnMetrics(ground)
    this.kept = new KeptSide(ground)
    this.access = new AccessSide(ground)
    const side = { config: () => ground.config, dataDir: flags.dataDir, onCrash: ground.onCrash }
    this.push = new PushSide({ ...side, storePort: (options) => ground.storePort(options) })
    this.logs = new LogsSide({
      ...side,
      rooms: this.push.rooms,
      storePort: () => ground.storePort(),
    })
    this.logQueries = logQueriesOf(ground, this.logs)
    this.queries = new QuerySide(ground)
    const work = { query: this.queries.background, clock: systemClock }
    this.backfills = new Backfills({
      ...work,
      appender: async () => connectAppender(await ground.storePort({ takesHistory: true })),
      telemetry: ground.telemetry('backfill'),
    })
    this.backtests = new Backtests({ ...work, telemetry: ground.telemetry('backtest') })
    this.out = new RemoteWriteOut(ground.writer, setup.config.log.level, ground.onCrash)
    this.alerting = new AlertingSide(ground, this.queries)
    this.intakes = new IntakeSide(ground, this.logs)
  }
}
