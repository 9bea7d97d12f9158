import { WeirError } from '@weir/model'
import { request } from 'undici'

/**
 * Asks the API of a running Weir; with a form it POSTs.
 *
 * @throws {WeirError} `SERVER_AWAY`; `RULES_INVALID` with what the server says
 */
export async function askWeir<T>(
  server: string,
  path: string,
  form?: Readonly<Record<string, string>>,
): Promise<T> {
  const url = new URL(`/api/weir/v1/${path}`, server)
  const post = {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  } as const
  let statusCode: number
  let reply: T & { readonly error?: string }
  try {
    const answer = await request(url, form === undefined ? {} : post)
    statusCode = answer.statusCode
    reply = (await answer.body.json()) as typeof reply
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new WeirError(
      'SERVER_AWAY',
      `Cannot ask ${url.origin}: ${why}; is Weir running there? (--server says where)`,
    )
  }
  if (statusCode === 200) return reply
  throw new WeirError('RULES_INVALID', reply.error ?? `${url.origin} answers ${statusCode}`)
}
