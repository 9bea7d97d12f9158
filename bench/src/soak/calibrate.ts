/** How much of the mixed load Weir takes on this machine, beside whoever sends it. */
import { setTimeout as pause } from 'node:timers/promises'

import { type Sender, type Statsd } from './senders.ts'
import { quantile } from './watch.ts'

const LOADS = [0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16]
const SECONDS = 10
const WARM_SECONDS = 3
/** A load is carried when nearly all seconds begin in time and answers come within the second. */
const LATE_MAX_MS = 300
const ANSWER_MAX_MS = 1000

/** The highest load that is carried. Ledgers know of it: what was acknowledged then must be there too. */
export async function capacityOf(senders: readonly Sender[], statsd: Statsd): Promise<number> {
  let carried = 0
  for (const load of LOADS) {
    const before = senders.map(({ ledger }) => ledger.latencies.length)
    let lateMs = 0
    const startMs = (Math.floor(Date.now() / 1000) + 1) * 1000
    for (let s = 0; s < SECONDS; s++) {
      const timeMs = startMs + s * 1000
      await pause(Math.max(0, timeMs - Date.now()))
      if (s >= WARM_SECONDS) lateMs = Math.max(lateMs, Date.now() - timeMs)
      await Promise.all([...senders, statsd].map((one) => one.tick(timeMs, load)))
    }
    const answers = senders.flatMap(({ ledger }, i) => ledger.latencies.slice(before[i]))
    if (lateMs > LATE_MAX_MS || quantile(answers, 0.95) > ANSWER_MAX_MS) break
    carried = load
  }
  return carried
}
