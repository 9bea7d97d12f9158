/** What every lab wants to see of a planted fault: somebody is told, and the overview says so. */
import type { Verdicts } from './verdicts.ts'
import type { Receiver, RunningWeir } from './weir.ts'

export interface Observed {
  readonly verdicts: Verdicts
  readonly weir: RunningWeir
  readonly receiver: Receiver
}

const SEEN_MS_MAX = 60_000

/** Within a minute, unless told otherwise, the receiver is called. */
export async function told(
  { verdicts, receiver }: Observed,
  alert: string,
  pipeline: string,
  ms = SEEN_MS_MAX,
): Promise<void> {
  await verdicts.within(ms, `somebody is told: ${alert} of ${pipeline}`, () => {
    const isTrue = receiver.firing(alert, pipeline) !== undefined
    return Promise.resolve({ isTrue, seen: isTrue ? 'told' : 'not told' })
  })
}

/** Within a minute the overview has the pipeline as not healthy, with this alert and these words in it. */
export async function notHealthy(
  { verdicts, weir }: Observed,
  pipeline: string,
  alert: string,
  words = '',
): Promise<void> {
  await verdicts.within(
    SEEN_MS_MAX,
    `the overview shows ${pipeline} so, with ${alert}`,
    async () => {
      const found = await weir.pipeline(pipeline)
      const own = found?.alerts.find(({ name }) => name === alert)
      const isBad = found?.health === 'degraded' || found?.health === 'failing'
      return {
        isTrue: isBad && own?.summary.includes(words) === true,
        seen: `${found?.health}: ${own?.summary ?? found?.reason}`,
      }
    },
  )
}
