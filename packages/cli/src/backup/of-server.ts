import { WeirError } from '@weir/model'
import { request } from 'undici'

/** A server stages a copy first, which takes as long as its disk needs for the tables. */
const HEADERS_TIMEOUT_MS = 600_000

/**
 * The packed archive of a running Weir.
 *
 * @param known checksums of files that need not be sent
 * @throws {WeirError} `SERVER_AWAY`; `SERVER_REFUSED` with what the server says
 */
export async function* backupOfServer(
  server: string,
  known: ReadonlySet<string>,
): AsyncGenerator<Uint8Array> {
  const url = new URL('/api/weir/v1/admin/backup', server)
  try {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ known: [...known].join(',') }).toString(),
      headersTimeout: HEADERS_TIMEOUT_MS,
    })
    if (statusCode !== 200) {
      const { error } = (await body.json()) as { readonly error?: string }
      throw new WeirError('SERVER_REFUSED', error ?? `${url.origin} answers ${statusCode}`)
    }
    for await (const piece of body) yield piece as Uint8Array
  } catch (error) {
    if (error instanceof WeirError) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw new WeirError(
      'SERVER_AWAY',
      `Cannot take a backup of ${url.origin}: ${why}; is Weir running there? (--server says where, --data-dir copies one that is stopped)`,
      { cause: error },
    )
  }
}
