import { AsyncLocalStorage } from 'node:async_hooks'

/** Fields of a record's `context`. Flat strings and numbers are written fastest; anything is taken. */
export type LogContext = Readonly<Record<string, unknown>>

/**
 * Runs a function with context that every record written inside carries, across awaits, timers and
 * streams that begin there. Inner calls add to outer ones; on equal names the inner one wins.
 */
export function withLogContext<T>(context: LogContext, run: () => T): T {
  const { storage } = shared()
  return storage.run({ ...storage.getStore(), ...context }, run)
}

/** The context that `withLogContext` set around the running code. */
export function currentLogContext(): LogContext | undefined {
  return known?.storage.getStore()
}

interface Shared {
  readonly storage: AsyncLocalStorage<LogContext>
}
let known: Shared | undefined
const KEY = Symbol.for('@weir/sdk log context')

/** One storage for the process, also when the package was loaded twice, as ESM and as CommonJS. */
function shared(): Shared {
  const everywhere = globalThis as { [KEY]?: Shared }
  known = everywhere[KEY] ??= { storage: new AsyncLocalStorage() }
  return known
}
