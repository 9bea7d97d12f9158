import type { DuckDBConnection } from '@duckdb/node-api'

const AGAIN_MS = 20

/** Interrupts what the connection runs once the signal aborts, and until this is disposed. */
export function interrupting(
  connection: DuckDBConnection,
  signal: AbortSignal | undefined,
): Disposable {
  let again: NodeJS.Timeout | undefined
  const stop = (): void => {
    connection.interrupt()
    again = setInterval(() => connection.interrupt(), AGAIN_MS) // one that comes too early is lost
  }
  signal?.throwIfAborted()
  signal?.addEventListener('abort', stop)
  return {
    [Symbol.dispose]() {
      signal?.removeEventListener('abort', stop)
      clearInterval(again)
    },
  }
}
