import { WeirError } from '@weir/model'
import type { z } from 'zod'
import { parseSent } from './json-depth.ts'
import { invalid } from './parameters.ts'
import type { BodyRule, Call } from './route.ts'

/** Bodies of Weir's own API that are read at a time: each may be as large as `web.max_body_bytes`. */
const BODIES_MAX = 16

/** For a route that takes JSON; `key` is what sets its limit. */
export function jsonBody(bytesMax: number, key = 'web.max_body_bytes'): BodyRule {
  let underWay = 0
  return {
    type: 'application/json',
    bytesMax,
    key,
    admit: () => {
      if (underWay >= BODIES_MAX) {
        const why = `${BODIES_MAX} are under way: come again`
        throw new WeirError('PUSH_BUSY', `Cannot take another request of this kind: ${why}`)
      }
      underWay++
      return () => {
        underWay--
      }
    },
  }
}

/** The body of a request as its schema has it; no body at all is an empty object. @throws {WeirError} `HTTP_BODY_TYPE`, `HTTP_PARAMETER` */
export function readJson<S extends z.ZodType>({ head, body }: Call, schema: S): z.output<S> {
  const isEmpty = body.length === 0
  if (!isEmpty && !/^application\/json\b/i.test(head.contentType)) {
    const got = JSON.stringify(head.contentType)
    throw new WeirError('HTTP_BODY_TYPE', `Cannot read the body: want application/json, got ${got}`)
  }
  let given: unknown = {}
  try {
    if (!isEmpty)
      given = parseSent(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString())
  } catch (cause) {
    throw invalid('body', (cause as Error).message)
  }
  const result = schema.safeParse(given)
  if (result.success) return result.data
  const [first] = result.error.issues
  throw invalid(first?.path.join('.') || 'body', first?.message ?? 'want JSON')
}
