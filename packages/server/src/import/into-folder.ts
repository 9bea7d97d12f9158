import { statfsSync } from 'node:fs'
import { openStore } from '@weir/tsdb'
import type { ImportResult } from './import-page.ts'
import { Importer, type PageFormat } from './importer.ts'

/** Where an import goes, page by page. */
export interface ImportTarget extends AsyncDisposable {
  /** Resolves when the page is durable; see {@link Importer}. */
  send(page: Uint8Array, format: PageFormat, firstLine: number): Promise<ImportResult>
  /** Room on its disk; undefined where that cannot be known. */
  freeBytes(): Promise<number | undefined>
}

/** Samples between two rounds of maintenance, which seals what is in memory. */
const MAINTAIN_EVERY = 2_000_000

/** Those of a store that is opened without any. */
const LIMITS = {
  unpackedBytesMax: 64 * 2 ** 20,
  samplesMax: 5_000_000,
  labels: { labelsMax: 64, nameBytesMax: 1024, valueBytesMax: 4096 },
}

/**
 * Imports into a data directory that no Weir has open. Nothing is dropped for its age here: the
 * next `weir serve` knows what is kept how long.
 *
 * @throws {WeirError} `STORAGE_LOCKED` when a Weir runs there, and what else opening may throw
 */
export async function importIntoFolder(dataDir: string): Promise<ImportTarget> {
  const store = await openStore({ path: dataDir, retentionMs: 0 })
  const appender = store.appender({ takesHistory: true })
  const imports = new Importer(appender, LIMITS)
  let since = 0
  return {
    async send(page, format, firstLine) {
      const result = await imports.take(page, format, firstLine)
      since += result.appended
      if (since >= MAINTAIN_EVERY) {
        since = 0
        await store.maintain()
      }
      return result
    },
    async freeBytes() {
      const { bavail, bsize } = statfsSync(dataDir)
      return bavail * bsize
    },
    async [Symbol.asyncDispose]() {
      await store.maintain()
      await store[Symbol.asyncDispose]()
    },
  }
}
