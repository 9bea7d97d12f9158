import { systemClock } from '@weir/model'
import { openKeyValueStore, openStore } from '@weir/tsdb'
import { TokenBook } from './token-book.ts'

/** Tokens beyond this are refused where no configuration says another limit. */
const TOKENS_MAX = 100_000

/**
 * The tokens of a data directory that no Weir has open.
 *
 * @throws {WeirError} `STORAGE_LOCKED` when a Weir runs there, and what else opening may throw
 */
export async function withTokensIn<T>(
  dataDir: string,
  use: (tokens: TokenBook) => T | Promise<T>,
): Promise<T> {
  await using store = await openStore({ path: dataDir, retentionMs: 0 })
  using values = openKeyValueStore(dataDir)
  const book = new TokenBook({ store: values, clock: systemClock, tokensMax: () => TOKENS_MAX })
  const result = await use(book)
  void store // stays open, and with it the lock, until the tokens are written
  return result
}
