import { systemClock } from '@weir/model'
import { exposition } from '@weir/wire'
import { countRefusals } from '../network/fence-events.ts'
import { alertingFamilies } from '../telemetry/alerting-families.ts'
import { DiskSpace } from '../telemetry/disk-space.ts'
import { peerFamilies } from '../telemetry/peer-families.ts'
import { ProcessMetrics } from '../telemetry/process-metrics.ts'
import { ruleGroupFamilies } from '../telemetry/rule-group-families.ts'
import { threadMemoryFamilies } from '../telemetry/thread-memory.ts'
import { joinPages } from '../threads/moved-page.ts'
import { keepHeapSmall } from '../threads/small-heap.ts'
import { heapsOfThreads } from '../threads/thread.ts'
import { VERSION } from '../version.ts'
import type { Ground } from './ground.ts'
import type { Parts } from './parts.ts'

/** What Weir tells of itself: a page of metrics from each thread, and what the main thread knows. */
export class OwnMetrics {
  readonly #ground: Ground
  readonly #processMetrics: ProcessMetrics
  readonly #diskSpace: DiskSpace

  constructor(ground: Ground) {
    this.#ground = ground
    this.#processMetrics = new ProcessMetrics(ground.registry, ground.startedMs)
    this.#diskSpace = new DiskSpace(ground.flags.dataDir, ground.registry)
  }

  open(): void {
    const { closers, ownLines, registry } = this.#ground
    const refusals = countRefusals(this.#ground.telemetry('network'))
    closers.defer(() => refusals[Symbol.dispose]())
    registry
      .gauge('weir_build_info', 'Always 1; the version is in the label.', ['version'])
      .set(1, { version: VERSION })
    closers.defer(() => this.#processMetrics[Symbol.dispose]())
    const heap = keepHeapSmall()
    closers.defer(() => heap[Symbol.dispose]())
    closers.defer(() => ownLines[Symbol.dispose]())
  }

  /** Metrics of all threads about themselves, a page each. */
  async pages(parts: Parts, accept: string): Promise<Uint8Array[]> {
    const { ground, intakes, kept, logQueries, logs, out, push } = parts
    const alerting = parts.alerting.started
    this.#processMetrics.refresh()
    this.#diskSpace.refresh()
    kept.loggers?.publish()
    const heaps = heapsOfThreads()
    const threads = await Promise.all([
      ground.writer.call('page', accept),
      intakes.statsd.call('page', accept),
      intakes.scraper.call('page', accept),
    ])
    const pushed = await push.pages(accept)
    const lines = [...(await logs.pages(accept)), ...(await logQueries.pages(accept))]
    const own = [
      ...ground.registry.collect(),
      ...ruleGroupFamilies(alerting?.groupFigures() ?? []),
      ...(alerting === undefined ? [] : alertingFamilies(alerting, systemClock.now())),
      ...(alerting === undefined ? [] : peerFamilies(alerting.peers.view())),
      ...threadMemoryFamilies(await heaps),
    ]
    const sent = await out.pages(accept)
    return [exposition(own, accept).body, ...threads, ...pushed, ...lines, ...sent]
  }

  /** Those, and what came by StatsD, in the format that `accept` prefers. */
  async page(
    parts: Parts,
    accept: string,
  ): Promise<{ readonly contentType: string; readonly body: Uint8Array }> {
    const { contentType } = exposition([], accept)
    const own = await this.pages(parts, accept)
    const fromStatsd = await parts.intakes.statsd.call('samples', accept)
    return { contentType, body: joinPages([...own, fromStatsd]) }
  }
}
