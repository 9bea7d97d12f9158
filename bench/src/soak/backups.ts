/** Backups under load, of which the last is restored at the end: what was acknowledged before it began is in it. */
import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { type Counted, type Held, heldOf } from './checks.ts'
import { KeptWeir } from './weir.ts'

const run = promisify(execFile)
const KEEP = '2'

export class Backups {
  taken = 0
  /** Those that failed, though nothing was the matter. */
  readonly failed: string[] = []
  #beganMs = NaN
  readonly #weir: KeptWeir
  readonly #folder: string

  constructor(weir: KeptWeir, folder: string) {
    this.#weir = weir
    this.#folder = folder
  }

  async take(): Promise<void> {
    const beganMs = Date.now()
    const args = ['backup', '--server', this.#weir.url, '--out', this.#kept, '--keep', KEEP]
    try {
      await run(process.execPath, [this.#weir.program, ...args])
      this.taken++
      this.#beganMs = beganMs
    } catch (error) {
      this.failed.push(error instanceof Error ? error.message : String(error))
    }
  }

  /** Starts a Weir on the newest one, and counts there what the senders' minutes before it hold. */
  async restored(senders: readonly Counted[], config: string): Promise<readonly Held[]> {
    if (this.taken === 0) return []
    // A folder of its own: the log of the one that was soaked is to be read yet.
    const folder = join(this.#folder, 'restored')
    mkdirSync(folder)
    const dataDir = join(folder, 'data')
    const { program } = this.#weir
    await run(process.execPath, [program, 'restore', this.#kept, '--data-dir', dataDir])
    const weir = await KeptWeir.open({ program, folder, dataDir, config })
    try {
      const held = []
      for (const sender of senders) held.push(await heldOf(weir.url, sender, this.#beganMs))
      return held
    } finally {
      await weir.close()
    }
  }

  get #kept(): string {
    return `${join(this.#folder, 'kept')}/`
  }
}
