/** Writes lines to Weir that are acknowledged one request at a time, and counts those that were. */

const WORKERS = 20
const EVERY_MS = 50

export interface Load {
  /** Ends it; gives what was acknowledged, and what was not. */
  stop(): Promise<{ readonly acknowledged: number; readonly refused: number }>
}

/** Each request has one sample of each of twenty series, at a time of its own. */
export function startLoad(web: string): Load {
  let acknowledged = 0
  let refused = 0
  const over = new AbortController()
  let lastMs = 0
  const running = (async () => {
    while (!over.signal.aborted) {
      const timeMs = (lastMs = Math.max(Date.now(), lastMs + 1))
      const lines = Array.from(
        { length: WORKERS },
        (_, i) => `lab,worker=${i} lines=${timeMs % 1000} ${timeMs}`,
      )
      const answer = await fetch(`${web}/write?precision=ms`, {
        method: 'POST',
        body: lines.join('\n'),
      }).catch(() => undefined)
      await answer?.arrayBuffer()
      if (answer?.ok === true) acknowledged += WORKERS
      else refused += WORKERS
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    }
  })()
  return {
    async stop() {
      over.abort()
      await running
      return { acknowledged, refused }
    },
  }
}
