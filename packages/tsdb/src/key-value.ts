import { type KeyValueStore, WeirError } from '@weir/model'

/** The key-value part of a store that is open in this process, from any of its threads. */
export function openKeyValueStore(path: string): KeyValueStore & Disposable {
  throw new WeirError('BUG', `Cannot open ${path}: not built yet`)
}
