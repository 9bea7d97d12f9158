import { join } from 'node:path'
import { type MessagePort, MessageChannel } from 'node:worker_threads'
import { systemClock } from '@weir/model'
import type { IntakeStatus } from '@weir/packs'
import { hostPort } from '../config/load-config.ts'
import { instanceOf } from '../engine/instance.ts'
import type { EventHandlers } from '../events/event-handlers.ts'
import { loggedEvents } from '../events/event-log.ts'
import type { KeepEvents } from '../events/event-sender.ts'
import type { HttpDeps } from '../http/deps.ts'
import type { LogsSide } from '../logs/logs-side.ts'
import { openGrpc } from '../otlp/grpc/server.ts'
import { PushIntakes } from '../push/push-intake.ts'
import type { PushSide } from '../push/push-side.ts'
import { selfJob } from '../scrape/config.ts'
import type { IntakeData, IntakeHandlers } from '../threads/intake-thread.ts'
import { joinPages } from '../threads/moved-page.ts'
import { serveCalls } from '../threads/rpc.ts'
import type { ScrapeData, ScrapeHandlers, SelfHandlers } from '../threads/scrape-thread.ts'
import { Thread } from '../threads/thread.ts'
import type { AccessSide } from './access-side.ts'
import type { Ground } from './ground.ts'
import type { KeptSide } from './kept-side.ts'

/** Where samples come in: StatsD, scraping, OTLP by gRPC; and what the status page shows of all intakes. */
export class IntakeSide {
  readonly pushed = new PushIntakes()
  statsd!: Thread<IntakeHandlers>
  scraper!: Thread<ScrapeHandlers>
  readonly #ground: Ground
  readonly #logs: LogsSide

  constructor(ground: Ground, logs: LogsSide) {
    this.#ground = ground
    this.#logs = logs
  }

  /** @param kept where events go that senders of StatsD tell */
  async openStatsd(kept: KeptSide): Promise<void> {
    const ground = this.#ground
    const store = await ground.storePort()
    const { config, mappings } = ground.setup
    const { port1, port2 } = new MessageChannel()
    const eventHandlers: EventHandlers = { keep: this.#keepEvents(kept) }
    serveCalls(port1, eventHandlers)
    const data: IntakeData = {
      config: config.statsd,
      instance: instanceOf(config),
      mappings,
      store,
      events: port2,
      eventsQueuedMax: config.events.max_queued,
      logLevel: config.log.level,
      stateFolder: join(ground.flags.dataDir, 'statsd'),
    }
    this.statsd = ground.closers.use(
      new Thread<IntakeHandlers>('intake-thread', data, [store, port2], ground.onCrash),
    )
    ground.addresses.push(...(await this.statsd.call('open', undefined)))
  }

  /** @param ownPages Weir's own metrics, for the job that scrapes them */
  async openScraper(ownPages: (accept: string) => Promise<Uint8Array[]>): Promise<void> {
    const ground = this.#ground
    const { config } = ground
    const stores = new MessageChannel()
    const self = new MessageChannel()
    const selfHandlers: SelfHandlers = { page: async () => joinPages(await ownPages('')) }
    serveCalls(self.port1, selfHandlers)
    stores.port1.on('message', (port: MessagePort) => {
      void ground.writer.call('connect', { port }, [port])
    })
    const data: ScrapeData = {
      config,
      selfJob: selfJob(instanceOf(config)?.name),
      stores: stores.port2,
      self: self.port2,
      logLevel: config.log.level,
    }
    const moved = [stores.port2, self.port2]
    this.scraper = ground.closers.use(
      new Thread<ScrapeHandlers>('scrape-thread', data, moved, ground.onCrash),
    )
    await this.scraper.call('open', undefined)
  }

  /** OTLP by gRPC, where it was asked for: the store is open, so calls are taken from the first one on. */
  async openGrpc(push: PushSide, access: AccessSide): Promise<void> {
    const ground = this.#ground
    const { otlp_receiver: limits, web } = ground.config
    if (limits.grpc_listen === undefined) return
    const { address } = ground.closers.use(
      await openGrpc({
        ...hostPort(limits.grpc_listen, 'otlp_receiver.grpc_listen'),
        take: (request) => push.otlp(request),
        limits,
        access: access.desk,
        door: access.door,
        proxies: access.proxies,
        connectionsMax: web.max_connections,
        headerBytesMax: web.max_header_bytes,
        requestTimeoutMs: web.request_timeout,
        pushIntakes: this.pushed,
        telemetry: ground.telemetry('otlp'),
        clock: systemClock,
      }),
    )
    ground.addresses.push({ kind: 'otlp-grpc', address })
  }

  async status(): Promise<readonly IntakeStatus[]> {
    const [statsd, scrape, logs] = await Promise.all([
      this.statsd.call('status', undefined),
      this.scraper.call('status', undefined),
      this.#logs.listenerStatus(),
    ])
    return [...statsd, scrape, ...logs, ...this.pushed.status(this.#ground.addresses[0]!.address)]
  }

  /** The scraper as HTTP asks it, which is opened before the scraper. */
  readonly scraping: HttpDeps['scraping'] = {
    targets: () => this.scraper.call('targets', undefined),
    jobNames: () => this.scraper.call('jobNames', undefined),
    jobs: () => this.scraper.call('jobs', undefined),
    metadata: (wanted) => this.scraper.call('metadata', wanted),
    relabelSteps: (asked) => this.scraper.call('relabelSteps', asked),
  }

  #keepEvents(kept: KeptSide): KeepEvents {
    const keep: KeepEvents = (batch) => kept.events.keep(batch)
    if (!this.#ground.config.events.as_logs) return keep
    return loggedEvents({ keep, logs: this.#logs, telemetry: this.#ground.telemetry('events') })
  }
}
