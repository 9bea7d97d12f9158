import { openStore } from '@weir/tsdb'
import { type ImportFormat, type ImportResult, importPage } from './import-page.ts'

/** Where an import goes, page by page. */
export interface ImportTarget extends AsyncDisposable {
  /** Resolves when the page is durable; see {@link importPage}. */
  send(page: Uint8Array, format: ImportFormat, firstLine: number): Promise<ImportResult>
}

/** Samples between two rounds of maintenance, which seals what is in memory. */
const MAINTAIN_EVERY = 2_000_000

/**
 * Imports into a data directory that no Weir has open. Nothing is dropped for its age here: the
 * next `weir serve` knows what is kept how long.
 *
 * @throws {WeirError} `STORAGE_LOCKED` when a Weir runs there, and what else opening may throw
 */
export async function importIntoFolder(dataDir: string): Promise<ImportTarget> {
  const store = await openStore({ path: dataDir, retentionMs: 0 })
  const appender = store.appender({ takesHistory: true })
  let since = 0
  return {
    async send(page, format, firstLine) {
      const result = await importPage(page, format, firstLine, appender)
      since += result.appended
      if (since >= MAINTAIN_EVERY) {
        since = 0
        await store.maintain()
      }
      return result
    },
    async [Symbol.asyncDispose]() {
      await store.maintain()
      await store[Symbol.asyncDispose]()
    },
  }
}
