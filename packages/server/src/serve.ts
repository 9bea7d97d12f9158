import { requireWholeRestore } from './backup/restore-mark.ts'
import { setFenceRules } from '@weir/fetch'
import type { Scope } from './access/scope.ts'
import { type Flags, loadConfig } from './config/load-config.ts'
import { storageOptions } from './config/storage-options.ts'
import type { Stopped } from './lifecycle/stop.ts'
import { heapMib } from './memory/budget.ts'
import { Thread, limitHeaps } from './threads/thread.ts'
import type { WriterData, WriterHandlers } from './threads/writer-thread.ts'

export { type Flags } from './config/load-config.ts'

/** An open door: what it speaks and where it is. */
export interface Address {
  /** `web`, `statsd-udp`, `statsd-tcp`, `statsd-unixgram`, `statsd-unixstream`. */
  readonly kind: string
  /** `http://127.0.0.1:9347`, `127.0.0.1:8125`. */
  readonly address: string
}

/** A running Weir. Disposing stops it: intake first, the store last. */
export interface Weir extends AsyncDisposable {
  /** Stops it within `web.drain_timeout`: answers under way come out first; says what was left. */
  stop(): Promise<Stopped>
  readonly addresses: readonly Address[]
  /** A token for what runs beside Weir in its process, and ends with it; undefined where nobody is asked who he is. */
  ownToken(name: string, scopes: readonly Scope[]): string | undefined
  /** Reads the configuration again; a bad one is refused and the old one stays. */
  reload(): Promise<void>
  /** Resolves with the cause if a part that Weir cannot go on without ends by itself. */
  readonly crashed: Promise<Error>
}

/** The thread that writes the store, from its first moment on. */
export interface Writer {
  readonly thread: Thread<WriterHandlers>
  /** Resolves with the cause when it ends by itself. */
  readonly crashed: Promise<Error>
}

/**
 * Starts Weir. Reading the store back takes longest, so it begins before the code of everything else
 * is even loaded: this file imports no more than it needs for that.
 *
 * @throws {WeirError} for a bad configuration, a locked or unusable data directory, a port in use
 */
export async function serve(flags: Flags): Promise<Weir> {
  requireWholeRestore(flags.dataDir)
  const setup = loadConfig(flags)
  limitHeaps(heapMib(setup.memory))
  // Before any thread is started: they have what holds now.
  setFenceRules(setup.config.network.outgoing)
  const data: WriterData = {
    path: flags.dataDir,
    logLevel: setup.config.log.level,
    storage: storageOptions(setup.config),
  }
  let crash!: (error: Error) => void
  const crashed = new Promise<Error>((resolve) => {
    crash = resolve
  })
  const thread = new Thread<WriterHandlers>('writer-thread', data, [], (error) => crash(error))
  const { openProcess } = await import('./process/process.ts').catch(async (broken: unknown) => {
    await thread[Symbol.asyncDispose]() // a process with a thread does not end
    throw broken
  })
  return await openProcess(flags, setup, { thread, crashed })
}
