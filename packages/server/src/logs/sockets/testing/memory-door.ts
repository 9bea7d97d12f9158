import { WeirError } from '@weir/model'
import type { DoorOutcome, LineDoor, SocketLine } from '../line-door.ts'

/** A line that was taken, for people to read. */
export interface TakenLine {
  readonly labels: string
  readonly timeNs: bigint
  readonly severity: number
  readonly line: string
  readonly metadata: readonly string[]
}

/** Keeps what is handed in; holds commits back and fails them when told. */
export class MemoryDoor implements LineDoor {
  readonly lines: TakenLine[] = []
  /** Lines of each commit. */
  readonly commits: number[] = []
  isBroken = false
  #held: (() => void)[] | undefined
  readonly #watchers = new Set<() => void>()

  async take(fill: (add: (line: SocketLine) => void) => void): Promise<DoorOutcome> {
    const came: TakenLine[] = []
    fill(({ labels, timeNs, severity, line, metadata }) => {
      const text = Buffer.from(line).toString()
      came.push({ labels: labels.toString(), timeNs, severity, line: text, metadata })
    })
    const held = this.#held
    if (held !== undefined) await new Promise<void>((resolve) => held.push(resolve))
    if (this.isBroken) throw new WeirError('STORAGE_FULL', 'Cannot keep lines: the disk is full')
    this.lines.push(...came)
    this.commits.push(came.length)
    for (const watcher of this.#watchers) watcher()
    return { kept: came.length, rejected: {}, example: '' }
  }

  /** Commits wait from now on. */
  hold(): void {
    this.#held = []
  }

  /** Those that wait go on, and so do later ones. */
  release(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const go of held) go()
  }

  get heldCount(): number {
    return this.#held?.length ?? 0
  }

  /** Resolves once so many lines have come. */
  until(count: number): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (this.lines.length < count) return
        this.#watchers.delete(check)
        resolve()
      }
      this.#watchers.add(check)
      check()
    })
  }
}
