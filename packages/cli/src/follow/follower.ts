import { setTimeout as sleep } from 'node:timers/promises'
import type { LineSender } from './line-sender.ts'
import { LineJoiner } from './line-joiner.ts'
import type { Position, Positions } from './positions.ts'
import { TailedFile, type TailedLine } from './tailed-file.ts'

/** How often files are looked at that were quiet. */
const LOOK_MS = 250
/** A record that no line has followed for so many looks is taken for whole. */
const QUIET_LOOKS = 4
/** Lines that go together at most. */
const BATCH_LINES = 1000

export interface FollowOptions {
  readonly files: readonly string[]
  /** By file. */
  readonly labels: (file: string) => Readonly<Record<string, string>>
  readonly positions: Positions
  readonly sender: Pick<LineSender, 'send'>
  /** Whether what a file has already counts, when it is followed for the first time. */
  readonly isFromStart: boolean
  readonly joinsLines: boolean
  readonly onRefused: (file: string, count: number, why: string) => void
}

/** How often positions are saved at most. */
const SAVE_MS = 1000

/** One file on its way. */
class Followed {
  readonly file: TailedFile
  readonly #joiner = new LineJoiner()
  readonly #joins: boolean
  #quietLooks = 0
  /** Where the record begins that is not whole. */
  #pendingFrom = 0

  constructor(file: TailedFile, joins: boolean) {
    this.file = file
    this.#joins = joins
  }

  /** Behind the last record that is whole. */
  get position(): Position | undefined {
    const { position } = this.file
    if (position === undefined || this.#joiner.isEmpty) return position
    return { ...position, offset: this.#pendingFrom }
  }

  /** Records that have come, and whether there may be more at once. */
  next(): { readonly records: readonly string[]; readonly isQuiet: boolean } {
    const { lines, isOver } = this.file.next()
    const isQuiet = lines.length === 0 && !isOver
    this.#quietLooks = isQuiet ? this.#quietLooks + 1 : 0
    if (!this.#joins) return { records: lines.map((line) => line.text), isQuiet }
    const records = lines.flatMap((line) => this.#push(line))
    if (isOver || this.#quietLooks === QUIET_LOOKS) records.push(...this.flush())
    return { records, isQuiet }
  }

  /** The record that is begun. */
  flush(): string[] {
    const record = this.#joiner.flush()
    return record === undefined ? [] : [record]
  }

  #push({ text, offset }: TailedLine): string[] {
    const wasEmpty = this.#joiner.isEmpty
    const ended = this.#joiner.push(text)
    if (wasEmpty || ended !== undefined) this.#pendingFrom = offset
    return ended === undefined ? [] : [ended]
  }
}

/**
 * Sends files as they grow, until the signal comes. What was read is sent before more is read, and a position
 * is saved once its lines are kept: a crash between the two sends some lines twice, and loses none.
 */
export async function followFiles(options: FollowOptions, signal: AbortSignal): Promise<void> {
  const { files, positions, isFromStart, joinsLines } = options
  const all = files.map(
    (path) => new Followed(new TailedFile(path, positions.get(path), isFromStart), joinsLines),
  )
  let savedMs = performance.now()
  try {
    while (!signal.aborted) {
      let isQuiet = true
      for (const followed of all) {
        const next = followed.next()
        if (!next.isQuiet) isQuiet = false
        if (await send(followed, next.records, options, signal)) remember(followed, positions)
      }
      if (performance.now() - savedMs >= SAVE_MS) {
        positions.save()
        savedMs = performance.now()
      }
      if (isQuiet) await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined)
    }
  } finally {
    positions.save()
    for (const { file } of all) file.close()
  }
}

function remember(followed: Followed, positions: Positions): void {
  const { position } = followed
  if (position !== undefined) positions.set(followed.file.path, position)
}

/** False: they were not taken, and there is no more time. */
async function send(
  { file }: Followed,
  records: readonly string[],
  { sender, labels, onRefused }: FollowOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const lines = records.filter((record) => record !== '')
  for (let from = 0; from < lines.length; from += BATCH_LINES) {
    const part = lines.slice(from, from + BATCH_LINES)
    const sent = await sender.send(labels(file.path), part, signal)
    if (sent.kind === 'refused') onRefused(file.path, part.length, sent.why)
    if (sent.kind === 'given_up') return false
  }
  return true
}
