import { systemClock } from '@weir/model'
import type { Scope } from '../access/scope.ts'
import { GROUP_KEYS } from '../pushgateway/group.ts'
import { featureProblems } from '../config/features.ts'
import { type Flags, type Setup, hostPort } from '../config/load-config.ts'
import { createHttp } from '../http/app.ts'
import { tellStart } from '../lifecycle/tell-start.ts'
import { type Stopped, stopInTime } from '../lifecycle/stop.ts'
import type { Address, Weir, Writer } from '../serve.ts'
import { httpDeps } from './http-deps.ts'
import { Parts } from './parts.ts'
import { Reload } from './reload.ts'
import { tidyAfter } from './tidy-after.ts'

/**
 * Opens Weir from the disk outwards: store, query threads, rules, page, intakes.
 *
 * @param writer has begun to open the store already: nothing takes longer
 * @throws {WeirError} for a locked or unusable data directory, a port in use
 */
export async function openProcess(flags: Flags, setup: Setup, writer: Writer): Promise<Weir> {
  const weir = new Process(flags, setup, writer)
  try {
    await weir.open()
    return weir
  } catch (error) {
    await weir[Symbol.asyncDispose]().catch(() => undefined)
    throw error
  }
}

/** The order in which parts open; they close from the last one back. */
class Process implements Weir {
  readonly #parts: Parts
  readonly #reload: Reload

  constructor(flags: Flags, setup: Setup, writer: Writer) {
    this.#parts = new Parts(flags, setup, writer)
    this.#reload = new Reload(this.#parts)
  }

  async open(): Promise<void> {
    const { access, alerting, ground, intakes, kept, logQueries, logs, out, push } = this.#parts
    const { addresses, closers } = ground
    this.#parts.metrics.open()
    // Whoever waits for these hears of a failure; while others fail first, nobody does.
    const opened = Promise.all([this.#openStore(), this.#openQueries()])
    opened.catch(() => undefined)
    closers.use(this.#parts.backfills)
    closers.use(this.#parts.backtests)
    // After the requests to it: closers run from the last one back.
    closers.use(push)
    closers.use(logs)
    closers.use(logQueries)
    // The port is opened before the rules: their links must name it. Queries are answered as soon as the
    // store is there; until all is up, everything else gets 503.
    const http = closers.use(await createHttp(httpDeps(this.#parts, this.#reload)))
    const { host, port } = hostPort(ground.config.web.listen, 'web.listen')
    const { url } = await http.listen({ host, port })
    addresses.push({ kind: 'web', address: url })
    access.watchDoor()
    await opened
    // Before those who bring samples, so that it closes after them, and what they bring last is sent.
    closers.use(out)
    await out.prepare(ground.config)
    await out.take(ground.config)
    const store = await kept.open(access)
    await alerting.open(store, access, logQueries)
    setImmediate(() => tidyAfter(ground.setup))
    const hasPushedGroups = !store.entries(GROUP_KEYS)[Symbol.iterator]().next().done
    await intakes.openGrpc(push, access)
    await intakes.openStatsd(kept)
    addresses.push(...(await logs.listen()))
    await intakes.openScraper((accept) => this.#parts.metrics.pages(this.#parts, accept))
    if (hasPushedGroups) await push.openGateway()
    await logs.openKept()
    ground.waitsFor.delete('intakes')
    alerting.watchPacks()
    for (const problem of featureProblems(ground.flags.features)) ground.log.warn({}, problem)
    tellStart(ground.log, ground.flags, ground.setup, addresses)
  }

  get addresses(): readonly Address[] {
    return this.#parts.ground.addresses
  }

  ownToken(name: string, scopes: readonly Scope[]): string | undefined {
    const { desk } = this.#parts.access
    return desk.isOn ? desk.ownToken(name, scopes) : undefined
  }

  get crashed(): Promise<Error> {
    return this.#parts.ground.crashed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.ground.closers[Symbol.asyncDispose]()
  }

  stop(): Promise<Stopped> {
    const { closers, config, log, stopping } = this.#parts.ground
    stopping.abort()
    return stopInTime(closers, { timeoutMs: config.web.drain_timeout, clock: systemClock, log })
  }

  async reload(): Promise<void> {
    await this.#reload.bySignal()
  }

  async #openStore(): Promise<void> {
    const { waitsFor, writer } = this.#parts.ground
    await writer.call('open', undefined)
    waitsFor.delete('the store')
  }

  async #openQueries(): Promise<void> {
    const { out, queries } = this.#parts
    await queries.open((withinMs) => out.caughtUp(withinMs))
  }
}
