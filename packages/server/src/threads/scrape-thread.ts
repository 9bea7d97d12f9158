import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { type Matcher, systemClock } from '@weir/model'
import type { IntakeStatus, ScrapeJobView } from '@weir/packs'
import { connectAppender } from '@weir/tsdb'
import { testOf } from '../query/label-test.ts'
import type { ScrapeConfig, ScrapeSettings } from '../scrape/config.ts'
import {
  type Scraper,
  type TargetMetadata,
  type TargetsView,
  startScraper,
} from '../scrape/manager.ts'
import type { RelabelStep } from '../scrape/relabel-steps.ts'
import { openLog } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { movedPage } from './moved-page.ts'
import { Caller, type Moved, serveCalls } from './rpc.ts'
import { keepHeapSmall } from './small-heap.ts'

/** The thread that scrapes: targets over HTTP, and Weir itself by asking the main thread for its page. */

export interface ScrapeData {
  readonly config: ScrapeSettings
  /** How Weir scrapes itself. */
  readonly selfJob: ScrapeConfig
  /** Leads to the writer thread; one for each appender that the scraper asks for comes by `store`. */
  readonly stores: MessagePort
  /** Leads to the main thread, which answers `page`. */
  readonly self: MessagePort
  readonly logLevel: string
}

/** What the main thread answers to the scraper. */
export type SelfHandlers = {
  page: () => Promise<Uint8Array>
}

/** Whose metadata is asked for. */
export interface MetadataWanted {
  /** On the labels of targets. */
  readonly matchers: readonly Matcher[]
  /** '' for all metrics. */
  readonly metric: string
  /** Ends with the target that reaches it; -1 for all. */
  readonly limit: number
}

export type ScrapeHandlers = {
  open: () => Promise<void>
  targets: () => TargetsView
  jobNames: () => string[]
  jobs: () => ScrapeJobView[]
  metadata: (wanted: MetadataWanted) => TargetMetadata[]
  relabelSteps: (asked: {
    readonly job: string
    readonly labels: Readonly<Record<string, string>>
  }) => readonly RelabelStep[] | undefined
  status: () => IntakeStatus
  /** This thread's own metrics as an exposition page. */
  page: (accept: string) => Moved<Uint8Array>
  reload: (config: ScrapeSettings) => Promise<void>
  close: () => Promise<void>
}

const data = workerData as ScrapeData
const registry = new Registry()
const log = openLog(data.logLevel).child({ part: 'scrape' })
const self = new Caller<SelfHandlers>(data.self)
let scraper: Scraper | undefined

const handlers: ScrapeHandlers = {
  open: async () => {
    scraper = await startScraper({
      config: data.config,
      appenderFor: () => {
        const { port1, port2 } = new MessageChannel()
        data.stores.postMessage(port2, [port2 as never])
        return connectAppender(port1)
      },
      self: { kind: 'self', job: data.selfJob, collect: () => self.call('page', undefined) },
      telemetry: { registry, log },
      clock: systemClock,
    })
  },
  targets: () =>
    scraper?.targets() ?? { activeTargets: [], droppedTargets: [], droppedTargetCounts: {} },
  jobNames: () => scraper?.jobNames() ?? [],
  jobs: () => scraper?.jobs() ?? [],
  metadata: ({ matchers, metric, limit }) =>
    scraper?.metadata(testOf(matchers), metric, limit) ?? [],
  relabelSteps: ({ job, labels }) => scraper?.relabelSteps(job, labels),
  status: () => scraper!.status(),
  page: (accept) => movedPage(registry.collect(), accept),
  reload: (config) => scraper!.reload(config),
  close: async () => {
    await scraper?.[Symbol.asyncDispose]()
    data.stores.close()
    data.self.close()
  },
}

serveCalls(parentPort!, handlers)
keepHeapSmall()
