import type { MessagePort } from 'node:worker_threads'
import { MessageChannel } from 'node:worker_threads'
import { type Millis, systemClock } from '@weir/model'
import type { SenderOptions } from '@weir/tsdb'
import type { Flags, Setup } from '../config/load-config.ts'
import type { WeirConfig } from '../config/weir-config.ts'
import { Closers } from '../lifecycle/closers.ts'
import type { Address, Writer } from '../serve.ts'
import { type Log, type Telemetry, openLog } from '../telemetry/log.ts'
import { LogGates } from '../telemetry/log-gates.ts'
import { OwnLines } from '../telemetry/own-lines.ts'
import { Registry } from '../telemetry/registry.ts'
import type { Thread } from '../threads/thread.ts'
import type { WriterHandlers } from '../threads/writer-thread.ts'

/** What every part of the process stands on: what it was told, its log, what is closed at the end, the writer. */
export class Ground {
  readonly flags: Flags
  readonly startedWith: WeirConfig
  readonly startedMs: Millis = systemClock.now()
  readonly registry = new Registry()
  readonly gates: LogGates
  readonly ownLines = new OwnLines()
  readonly log: Log
  readonly closers = new Closers()
  /** Aborts when Weir is asked to end. */
  readonly stopping = new AbortController()
  /** Open doors, that of the page first. */
  readonly addresses: Address[] = []
  /** What must be there before everything can be answered. */
  readonly waitsFor = new Set(['the store', 'query threads', 'rules', 'intakes'])
  readonly writer: Thread<WriterHandlers>
  /** Resolves with the cause when a part ends that Weir cannot go on without. */
  readonly crashed: Promise<Error>
  #crash!: (error: Error) => void
  #setup: Setup

  constructor(flags: Flags, setup: Setup, { thread, crashed }: Writer) {
    this.flags = flags
    this.#setup = setup
    this.startedWith = setup.config
    this.gates = new LogGates(setup.config.log.level)
    this.log = openLog(setup.config.log.level, this.gates, this.ownLines.add)
    this.crashed = new Promise((resolve) => {
      this.#crash = resolve
    })
    this.writer = this.closers.use(thread)
    void crashed.then(this.onCrash)
  }

  /** What was read last and is in use. */
  get setup(): Setup {
    return this.#setup
  }

  /** As of the last reload; {@link startedWith} has what only a start changes. */
  get config(): WeirConfig {
    return this.#setup.config
  }

  /** All parts have taken a new configuration. */
  settle(setup: Setup): void {
    this.#setup = setup
  }

  /** The registry and a log whose lines bear the part's name. */
  telemetry(part: string): Telemetry {
    return { registry: this.registry, log: this.log.child({ part }) }
  }

  /** A way for a sender on another thread (or this one) to the writer. */
  async storePort(options: SenderOptions = {}): Promise<MessagePort> {
    const { port1, port2 } = new MessageChannel()
    await this.writer.call('connect', { port: port2, options }, [port2])
    return port1
  }

  /** Where people reach this Weir: as they said, else where it listens. */
  externalUrl(): string {
    return this.config.web.external_url || this.addresses[0]!.address
  }

  /** Without its threads Weir cannot keep its word: it is better to end and be started anew. */
  readonly onCrash = (error: Error): void => {
    this.log.error(
      { error: error.message, stack: error.stack },
      'A thread ended; Weir cannot go on',
    )
    this.#crash(error)
  }
}
