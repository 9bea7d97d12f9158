import { WeirError } from '@weir/model'

import type { Store, StoreOptions } from './store.ts'

/**
 * Opens the data directory and becomes its only writer.
 *
 * @throws {WeirError} `STORAGE_LOCKED`, `STORAGE_NOT_WRITABLE`, `STORAGE_CORRUPT`
 */
export function openStore(options: StoreOptions): Promise<Store> {
  return Promise.reject(new WeirError('BUG', `Cannot open ${options.path}: not built yet`))
}
