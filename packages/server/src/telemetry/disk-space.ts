import { statfsSync } from 'node:fs'
import type { Gauge, Registry } from './registry.ts'

/** How full the disk of the data directory is, as of the last look. */
export class DiskSpace {
  readonly #folder: string
  readonly #free: Gauge
  readonly #size: Gauge

  constructor(folder: string, registry: Registry) {
    this.#folder = folder
    this.#free = registry.gauge(
      'weir_disk_free_bytes',
      'Room left on the disk of the data directory.',
    )
    this.#size = registry.gauge('weir_disk_size_bytes', 'Size of the disk of the data directory.')
  }

  refresh(): void {
    const { bsize, bavail, blocks } = statfsSync(this.#folder)
    this.#free.set(bavail * bsize)
    this.#size.set(blocks * bsize)
  }
}
