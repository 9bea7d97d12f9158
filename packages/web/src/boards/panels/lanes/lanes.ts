/** States over time: a lane for each field, a stretch for as long as a state lasts. */
import {
  type DisplayOptions,
  type Field,
  type Frame,
  colorByName,
  displayOf,
  formattedText,
  isColoredByValue,
  isMissing,
} from '@weir/boards'

export interface Stretch {
  readonly fromMs: number
  readonly toMs: number
  readonly text: string
  readonly color: string
}

export interface Lane {
  readonly name: string
  readonly stretches: readonly Stretch[]
}

export interface StateKey {
  readonly text: string
  readonly color: string
}

const LANES_MAX = 200
/** Stretches thinner than a pixel are nothing that anybody sees. */
const STRETCHES_MAX = 3000

/**
 * @param merge whether neighbours that say the same are one stretch
 * @param toMs end of the last stretch
 */
export function lanesOf(
  frames: readonly Frame[],
  {
    merge,
    fromMs,
    toMs,
  }: { readonly merge: boolean; readonly fromMs: number; readonly toMs: number },
  display: DisplayOptions,
): Lane[] {
  return frames
    .flatMap((frame) => {
      const time = frame.fields.find(({ type }) => type === 'time')
      if (time === undefined) return []
      return frame.fields
        .filter((field) => field !== time && field.type !== 'frame' && field.type !== 'other')
        .map((field) => laneOf(time, field, { merge, fromMs, toMs }, display))
    })
    .slice(0, LANES_MAX)
}

function laneOf(
  time: Field,
  field: Field,
  {
    merge,
    fromMs,
    toMs,
  }: { readonly merge: boolean; readonly fromMs: number; readonly toMs: number },
  display: DisplayOptions,
): Lane {
  const show = displayOf(field, display)
  const byValue = isColoredByValue(field)
  const step = stepOf(time)
  const stretches: Stretch[] = []
  const { length } = field.values
  for (let row = 0; row < length && stretches.length < STRETCHES_MAX; row++) {
    const value = field.values[row]
    const start = Math.max(fromMs, Number(time.values[row]))
    const next = row + 1 < length ? Number(time.values[row + 1]) : toMs
    // A state holds until the next sample, but not over a gap of missing ones.
    const end = Math.min(
      toMs,
      next,
      merge && step === Infinity ? next : start + step * 1.5 < next ? start + step : next,
    )
    const shown = show(value)
    if (end <= start || (isMissing(value) && !shown.isMapped)) continue
    const text = formattedText(shown)
    const last = stretches.at(-1)
    if (merge && last !== undefined && last.text === text && last.toMs >= start) {
      stretches[stretches.length - 1] = { ...last, toMs: end }
      continue
    }
    const color =
      shown.isMapped || byValue || field.type === 'number'
        ? shown.color
        : colorByName(text, display.dark)
    stretches.push({ fromMs: start, toMs: end, text, color })
  }
  return { name: field.displayName ?? field.name, stretches }
}

/** Between two samples: what the query asked for, else the least that there is. */
function stepOf({ config, values }: Field): number {
  const { interval } = config
  if (typeof interval === 'number' && interval > 0) return interval
  let least = Infinity
  for (let i = 1; i < values.length; i++) {
    const step = Number(values[i]) - Number(values[i - 1])
    if (step > 0) least = Math.min(least, step)
  }
  return least
}

/** Every state once, as it is first met. */
export function stateKeys(lanes: readonly Lane[]): StateKey[] {
  const keys = new Map<string, StateKey>()
  for (const { stretches } of lanes) {
    for (const { text, color } of stretches) {
      if (!keys.has(text)) keys.set(text, { text, color })
    }
  }
  return [...keys.values()]
}
