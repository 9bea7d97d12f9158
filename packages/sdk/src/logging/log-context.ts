import { AsyncLocalStorage } from 'node:async_hooks'
import { sharedState } from './shared-state.ts'

/** Fields of a record's `context`. Flat strings and numbers are written fastest; anything is taken. */
export type LogContext = Readonly<Record<string, unknown>>

/**
 * Runs a function with context that every record written inside carries, across awaits, timers and
 * streams that begin there. Inner calls add to outer ones; on equal names the inner one wins.
 */
export function withLogContext<T>(context: LogContext, run: () => T): T {
  const state = sharedState()
  const storage = (state.contexts ??= new AsyncLocalStorage())
  return storage.run({ ...storage.getStore(), ...context }, run)
}

/** The context that `withLogContext` set around the running code. */
export function currentLogContext(): LogContext | undefined {
  return sharedState().contexts?.getStore()
}
