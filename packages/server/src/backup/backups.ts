import { type Clock, WeirError } from '@weir/model'
import { DATA_FORMAT } from '@weir/tsdb'
import type { Telemetry } from '../telemetry/log.ts'
import type { Counter } from '../telemetry/registry.ts'
import { VERSION } from '../version.ts'
import { BACKUP_FORMAT, type BackupHead } from './manifest.ts'
import { type Keepers, type Stage, stageDirectory } from './stage.ts'
import { packedArchive } from './write-archive.ts'

export interface BackupsOptions {
  readonly dataDir: string
  readonly keepers: Keepers
  /** A client that takes nothing for so long has lost interest: the copy it holds goes. */
  readonly stallMs: number
  readonly clock: Clock
  readonly telemetry: Telemetry
}

type Outcome = 'done' | 'failed' | 'abandoned' | 'refused'

/** What an archive written now says of itself. */
export function backupHead(createdMs: number): BackupHead {
  return { format: BACKUP_FORMAT, weir: VERSION, createdMs, dataFormat: DATA_FORMAT }
}

/**
 * Backups of the running Weir, one at a time: a copy is staged, packed as fast as the client reads, and
 * gone when he has it, or has gone away himself.
 */
export class Backups {
  readonly #options: BackupsOptions
  readonly #counted: Counter<'result'>
  #isBusy = false

  constructor(options: BackupsOptions) {
    this.#options = options
    this.#counted = options.telemetry.registry.counter(
      'weir_backups_total',
      'Backups of the running Weir, by how they ended.',
      ['result'],
    )
    const results = ['done', 'failed', 'abandoned', 'refused']
    for (const result of results) this.#counted.inc({ result }, 0) // so that the first one is growth
  }

  /**
   * Begins one; resolves with its bytes when all of it is staged.
   *
   * @param known checksums of files that the client has already
   * @throws {WeirError} `BACKUP_BUSY`, `STORAGE_FULL`, `STORAGE_FAILED`
   */
  async begin(known: ReadonlySet<string>, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    if (this.#isBusy) {
      this.#counted.inc({ result: 'refused' })
      throw new WeirError('BACKUP_BUSY', 'Cannot begin a backup: another one is under way')
    }
    this.#isBusy = true
    const { dataDir, keepers, clock, telemetry } = this.#options
    const startedMs = clock.now()
    try {
      const stage = await stageDirectory(dataDir, keepers)
      const bytes = stage.sources.reduce((sum, source) => sum + source.bytes, 0)
      telemetry.log.info({ files: stage.sources.length, bytes }, 'A backup is under way')
      return this.#deliver(stage, known, signal, startedMs)
    } catch (error) {
      this.#end('failed', startedMs, error)
      throw error
    }
  }

  #deliver(
    stage: Stage,
    known: ReadonlySet<string>,
    signal: AbortSignal,
    startedMs: number,
  ): AsyncIterable<Uint8Array> {
    const { clock, stallMs } = this.#options
    let isOver = false
    const end = (outcome: Outcome, error?: unknown): void => {
      if (isOver) return
      isOver = true
      stage[Symbol.dispose]()
      this.#end(outcome, startedMs, error)
    }
    const gone = (): void => end('abandoned', signal.reason)
    if (signal.aborted) gone()
    signal.addEventListener('abort', gone, { once: true })
    const packed = packedArchive(backupHead(startedMs), stage.sources, known)
    return (async function* deliver(): AsyncGenerator<Uint8Array> {
      try {
        for await (const piece of packed) {
          const taken = new AbortController()
          clock.sleep(stallMs, taken.signal).then(
            () => end('abandoned', new Error(`nothing was read for ${stallMs} ms`)),
            () => undefined, // the next piece was asked for
          )
          yield piece
          taken.abort()
          if (isOver) throw new WeirError('BACKUP_BUSY', 'Cannot go on with a backup that is over')
        }
        end('done')
      } catch (error) {
        end('failed', error)
        throw error
      } finally {
        end('abandoned') // the client took no more
        signal.removeEventListener('abort', gone)
      }
    })()
  }

  #end(result: Outcome, startedMs: number, error: unknown): void {
    this.#isBusy = false
    this.#counted.inc({ result })
    const { clock, telemetry } = this.#options
    const seconds = (clock.now() - startedMs) / 1000
    if (result === 'done') telemetry.log.info({ seconds }, 'A backup was taken')
    else {
      const why = error instanceof Error ? error.message : ''
      telemetry.log.warn({ result, error: why }, 'A backup was not finished')
    }
  }
}
