import { type FSWatcher, watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Clock, WeirError } from '@weir/model'
import { expandGlob } from '../../config/files.ts'
import type { Discoverer, Report } from '../discoverer.ts'
import { type TargetGroup, groupsOfJson, groupsOfYaml } from '../target-group.ts'
import type { FileSdConfig } from './config.ts'

/** A file that is written in several steps is read once they are over. */
const SETTLE_MS = 100

/**
 * Targets that files list. The folders are watched, and everything is read again when anything in them
 * moves: editors and config management write, rename and link in too many ways to tell them apart.
 */
export class FileDiscoverer implements Discoverer {
  readonly #config: FileSdConfig
  readonly #clock: Clock
  /** By file: how many groups it had when it could last be read. */
  #counts = new Map<string, number>()
  readonly #watchers = new Map<string, FSWatcher>()

  constructor(config: FileSdConfig, clock: Clock) {
    this.#config = config
    this.#clock = clock
  }

  async run(report: Report, signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        const moved = new AbortController()
        // Watched before it is read, so that a change between the two is seen.
        this.#watch(() => moved.abort())
        await this.#refresh(report)
        await this.#untilMoved(moved.signal, signal)
      }
    } finally {
      this.#unwatch()
    }
  }

  async #untilMoved(moved: AbortSignal, signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([moved, signal])
    await this.#clock.sleep(this.#config.refresh_interval, either).catch(() => undefined)
    if (moved.aborted && !signal.aborted) {
      await this.#clock.sleep(SETTLE_MS, signal).catch(() => undefined)
    }
  }

  /** A folder that is not there yet is found at the next refresh. */
  #watch(onMove: () => void): void {
    this.#unwatch()
    for (const folder of new Set(this.#config.files.map((file) => dirname(file)))) {
      try {
        const watcher = watch(folder, { persistent: false }, onMove)
        watcher.on('error', onMove)
        this.#watchers.set(folder, watcher)
      } catch {
        // the refresh that follows tells what is wrong with the files
      }
    }
  }

  #unwatch(): void {
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  async #refresh(report: Report): Promise<void> {
    const counts = new Map<string, number>()
    let fault: WeirError | undefined
    for (const pattern of this.#config.files) {
      for (const file of expandGlob(pattern)) {
        try {
          const groups = await readGroups(file)
          report.update(groups)
          counts.set(file, groups.length)
        } catch (error) {
          // One that went between the listing and the look has simply gone; one that is named should be there.
          if (isMissing(error) && file !== pattern) continue
          fault ??= faultOf(file, error)
          if (!isMissing(error)) counts.set(file, this.#counts.get(file) ?? 0)
        }
      }
    }
    report.update(this.#vanished(counts))
    this.#counts = counts
    if (fault === undefined) report.refreshed()
    else report.failed(fault)
  }

  /** Groups that were there at the last look and are not any more, each without its targets. */
  #vanished(counts: ReadonlyMap<string, number>): TargetGroup[] {
    const gone: TargetGroup[] = []
    for (const [file, before] of this.#counts) {
      for (let i = counts.get(file) ?? 0; i < before; i++) {
        gone.push({ source: `${file}:${i}`, targets: [], labels: {} })
      }
    }
    return gone
  }
}

async function readGroups(file: string): Promise<TargetGroup[]> {
  const text = await readFile(file, 'utf8')
  const read = file.toLowerCase().endsWith('.json') ? groupsOfJson : groupsOfYaml
  return read(text, {
    source: (index) => `${file}:${index}`,
    labels: { __meta_filepath: file },
  })
}

function faultOf(file: string, error: unknown): WeirError {
  const why = isMissing(error) ? 'there is no such file' : (error as Error).message
  return new WeirError('DISCOVERY_FAILED', `Cannot read targets of "${file}": ${why}`, {
    cause: error,
  })
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}
