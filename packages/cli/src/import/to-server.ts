import { CODES, type ErrorCode, WeirError } from '@weir/model'
import type { ImportResult, ImportTarget } from '@weir/server'
import { request } from 'undici'

/** A page is tried again for about a minute while the server has no room, or starts anew. */
const TRIES = 12
const PAUSE_MS = 5000

/** What the endpoint answers. */
interface ImportReply extends ImportResult {
  readonly beyondRetention: boolean
  readonly error?: string
}

/** Imports into a running Weir. */
export function importToServer(server: string, pauseMs = PAUSE_MS): ImportTarget {
  return {
    async send(page, format, firstLine) {
      const url = new URL('/api/weir/v1/import', server)
      url.search = new URLSearchParams({ format, first_line: String(firstLine) }).toString()
      for (let left = TRIES; ; left--) {
        const { status, code, reply } = await post(url, page)
        if (status === 200) return reply
        if (status !== 503 || left === 1) {
          throw new WeirError(code, reply.error ?? `Cannot import: the server answered ${status}`)
        }
        await new Promise((resolve) => {
          setTimeout(resolve, pauseMs)
        })
      }
    },
    freeBytes: () => freeBytes(server),
    [Symbol.asyncDispose]: async () => undefined,
  }
}

/** As it tells of itself, to whoever may read that. */
async function freeBytes(server: string): Promise<number | undefined> {
  try {
    const { statusCode, body } = await request(new URL('/metrics', server))
    const text = await body.text()
    const found = statusCode === 200 ? /^weir_disk_free_bytes (\S+)$/m.exec(text) : null
    return found === null ? undefined : Number(found[1])
  } catch {
    return undefined // the first page says what is wrong
  }
}

async function post(
  url: URL,
  page: Uint8Array,
): Promise<{ readonly status: number; readonly code: ErrorCode; readonly reply: ImportReply }> {
  try {
    const { statusCode, headers, body } = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: page,
    })
    const reply = (await body.json()) as ImportReply
    const given = String(headers['weir-error-code'])
    const code = given in CODES ? (given as ErrorCode) : 'SERVER_AWAY'
    return { status: statusCode, code, reply }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new WeirError(
      'SERVER_AWAY',
      `Cannot import into ${url.origin}: ${why}; is Weir running there? (--server says where, --data-dir imports without one)`,
    )
  }
}
