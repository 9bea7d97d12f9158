import { dirname } from 'node:path'

import { type KeyValueChange, type KeyValueStore, WeirError } from '@weir/model'

import { type Environment, openEnvironment, storageError } from './disk/environment.ts'
import { dropBallast } from './disk/ballast.ts'
import { requireRoom } from './disk/room.ts'

/** Alert state may be written when samples are refused already. */
const KEY_VALUE_RESERVE_BYTES = 2 ** 20
/** UTF-8 bytes of a key; LMDB's own limit is a little higher. */
const KEY_BYTES_MAX = 1900

/** The key-value part of a store that is open in this process, from any of its threads. */
export function openKeyValueStore(path: string): KeyValueStore & Disposable {
  const environment = openEnvironment(path)
  const store = keyValueOf(environment)
  return {
    get: (key) => store.get(key),
    write: (changes) => store.write(changes),
    entries: (prefix) => store.entries(prefix),
    [Symbol.dispose]: () => void environment.root.close(),
  }
}

export function keyValueOf({ keyValue: table, file }: Environment): KeyValueStore {
  return {
    get(key) {
      const text = table.get(key)
      return text === undefined ? undefined : (JSON.parse(text) as unknown)
    },
    async write(changes: readonly KeyValueChange[]) {
      const texts = changes.map(({ key, value }) => {
        checkKey(key)
        return value === undefined ? undefined : JSON.stringify(value)
      })
      try {
        const bytes = texts.reduce((sum, text) => sum + (text?.length ?? 0), 0)
        requireLastRoom(dirname(file), bytes)
        await table.batch(() => {
          for (const [i, text] of texts.entries()) {
            const { key } = changes[i]!
            if (text === undefined) void table.remove(key)
            else void table.put(key, text)
          }
        })
      } catch (error) {
        throw storageError('write to the key-value store', error)
      }
    },
    *entries(prefix) {
      const range = prefix === '' ? {} : { start: prefix }
      for (const { key, value } of table.getRange(range)) {
        if (!key.startsWith(prefix)) return
        yield [key, JSON.parse(value) as unknown]
      }
    },
  }
}

/** @throws {WeirError} `STORAGE_FULL` when there is none even without the ballast */
function requireLastRoom(path: string, bytes: number): void {
  try {
    requireRoom(path, bytes, KEY_VALUE_RESERVE_BYTES)
  } catch (error) {
    if (!dropBallast(path)) throw error
    requireRoom(path, bytes, KEY_VALUE_RESERVE_BYTES)
  }
}

function checkKey(key: string): void {
  const bytes = Buffer.byteLength(key)
  if (bytes > 0 && bytes <= KEY_BYTES_MAX) return
  const shown = JSON.stringify(key.slice(0, 40))
  const want = `want 1 to ${KEY_BYTES_MAX} bytes, got ${bytes}`
  throw new WeirError('STORAGE_VALUE', `Cannot store under the key ${shown}: ${want}`)
}
