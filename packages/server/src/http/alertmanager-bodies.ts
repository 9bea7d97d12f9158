import type { PostedAlert, SilenceDraft } from '@weir/alerting'
import { Labels, type MatchOperator } from '@weir/model'
import { z } from 'zod'
import { malformed } from './alertmanager-answers.ts'
import { parseSent } from './json-depth.ts'
import type { Answer, Call } from './route.ts'

/**
 * What is posted to Alertmanager's API v2. Keys beyond those that it knows are let be, as there: newer
 * senders have some.
 */

const DATE = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/i

const time = z.string().transform((text, context) => {
  const ms = DATE.test(text) ? Date.parse(zoned(text)) : Number.NaN
  if (!Number.isNaN(ms)) return ms
  const message = `want a time such as 2026-01-02T15:04:05Z, got ${JSON.stringify(text.slice(0, 50))}`
  context.addIssue({ code: 'custom', message })
  return z.NEVER
})

/** A time that does not say where it holds is UTC. */
function zoned(text: string): string {
  return /(?:Z|[+-]\d\d:?\d\d)$/i.test(text) || !/[T ]/i.test(text) ? text : `${text}Z`
}

/** Go's zero time, which its programs send for "not known". */
const GO_ZERO_MS = Date.parse('0001-01-01T00:00:00Z')

const optionalTime = time
  .optional()
  .transform((ms) => (ms === undefined || ms <= GO_ZERO_MS ? undefined : ms))

const texts = z.record(z.string(), z.string())

const alerts = z.array(
  z.object({
    labels: texts.refine((labels) => !Object.hasOwn(labels, ''), {
      message: 'want label names, got an empty one',
    }),
    annotations: texts.nullish(),
    startsAt: optionalTime,
    endsAt: optionalTime,
    generatorURL: z.string().nullish(),
  }),
)

const silence = z.object({
  id: z.string().nullish(),
  matchers: z
    .array(
      z.object({
        name: z.string(),
        value: z.string(),
        isRegex: z.boolean(),
        isEqual: z.boolean().nullish(),
      }),
    )
    .min(1),
  startsAt: time,
  endsAt: time,
  createdBy: z.string(),
  comment: z.string(),
  annotations: texts.nullish(),
})

/** What was read, or the answer that tells why it could not be. */
type Read<T> = { readonly value: T } | { readonly refused: Answer }

/** The body of `POST /api/v2/alerts`. */
export function readAlerts(call: Call): Read<PostedAlert[]> {
  return readBody(call, 'alerts', alerts, (given) =>
    given.map(({ labels, annotations, startsAt, endsAt, generatorURL }) => ({
      labels: Labels.of(labels),
      annotations: Labels.of(annotations ?? {}),
      startsAtMs: startsAt,
      endsAtMs: endsAt,
      generatorUrl: generatorURL ?? '',
    })),
  )
}

/** The body of `POST /api/v2/silences`. */
export function readSilence(call: Call): Read<SilenceDraft> {
  return readBody(call, 'silence', silence, (given) => ({
    ...(given.id === undefined || given.id === null || given.id === '' ? {} : { id: given.id }),
    matchers: given.matchers.map(({ name, value, isRegex, isEqual }) => {
      return { name, operator: operatorOf(isEqual ?? true, isRegex), value }
    }),
    startsAtMs: given.startsAt,
    endsAtMs: given.endsAt,
    createdBy: given.createdBy,
    comment: given.comment,
    annotations: given.annotations ?? {},
  }))
}

function operatorOf(isEqual: boolean, isRegex: boolean): MatchOperator {
  if (isRegex) return isEqual ? '=~' : '!~'
  return isEqual ? '=' : '!='
}

function readBody<S extends z.ZodType, T>(
  { head, body }: Call,
  what: string,
  schema: S,
  shape: (given: z.output<S>) => T,
): Read<T> {
  if (!/^application\/json\b/i.test(head.contentType)) {
    const type = JSON.stringify(head.contentType)
    const why = `unsupported media type ${type}, only [application/json] are allowed`
    return { refused: malformed(415, 415, why) }
  }
  if (body.length === 0) return { refused: malformed(422, 602, `${what} in body is required`) }
  let given: unknown
  try {
    given = parseSent(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString())
  } catch (cause) {
    const why = `parsing ${what} body failed, because ${(cause as Error).message}`
    return { refused: malformed(400, 400, why) }
  }
  const result = schema.safeParse(given)
  if (result.success) return { value: shape(result.data) }
  return { refused: mistaken(what, result.error.issues[0]!) }
}

/** A key that is not there is 602, a list that is too short 612, both with 422; anything else 400, as in the original. */
function mistaken(what: string, issue: z.core.$ZodIssue): Answer {
  const path = issue.path.map(String).join('.')
  const isMissing = issue.code === 'invalid_type' && /received undefined/.test(issue.message)
  if (isMissing) return malformed(422, 602, `${path} in body is required`)
  if (issue.code === 'too_small') {
    return malformed(422, 612, `${path} in body should have at least 1 items`)
  }
  const at = path === '' ? '' : `${path}: `
  return malformed(400, 400, `parsing ${what} body failed, because ${at}${issue.message}`)
}
