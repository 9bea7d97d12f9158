import { WeirError } from '@weir/model'
import { z } from 'zod'
import { LEASE_MS, type LeaseRequest } from './lease/terms.ts'

/** What peers say to each other: a request and its answer, JSON. */

/** Counts up when an older Weir would misunderstand; it then refuses, and each tells on its own. */
const PEER_VERSION = 1

const KEY_LENGTH_MAX = 2000
const NAME_LENGTH_MAX = 200
/** Records of one message; {@link PAGE} sends less. */
const RECORDS_MAX = 10_000

/** Records and about how many bytes a message holds at most; one that is larger by itself goes alone. */
export const PAGE = { records: 1000, bytes: 2 ** 20 } as const

const from = z.object({
  /** As it is called, over restarts. */
  name: z.string().min(1).max(NAME_LENGTH_MAX),
  /** Another one at each start. */
  life: z.string().min(1).max(NAME_LENGTH_MAX),
})

const record = z.object({
  part: z.string(),
  key: z.string().max(KEY_LENGTH_MAX),
  value: z.unknown(),
})

const records = z.array(record).max(RECORDS_MAX)
const position = z.int().nonnegative()
/** `atMs` is the sender's clock. */
const header = { version: z.literal(PEER_VERSION), from, atMs: z.number() }

const request = z.discriminatedUnion('kind', [
  /** These changed here. */
  z.object({ ...header, kind: z.literal('tell'), records }),
  /** What changed there since `after` in its `life`? Another life than its own is the beginning. */
  z.object({ ...header, kind: z.literal('pull'), life: z.string(), after: position }),
  /** For its vote: lease/terms.ts. */
  z.object({
    ...header,
    kind: z.literal('lease'),
    step: z.enum(['try', 'take', 'free']),
    term: z.int().nonnegative(),
    timeMs: z.int().min(LEASE_MS.min).max(LEASE_MS.max),
  }),
])

const leaseAnswer = z.object({
  isGranted: z.boolean(),
  term: z.int().nonnegative(),
  holder: z.string().max(NAME_LENGTH_MAX),
})

const answer = z.object({
  ...header,
  records,
  /** Where to go on. */
  next: position,
  isMore: z.boolean(),
  /** To a question about its vote. */
  lease: leaseAnswer.optional(),
})

export type PeerIdentity = z.output<typeof from>
export type PeerRecord = z.output<typeof record>
export type PeerRequest = z.output<typeof request>
export type PeerAnswer = z.output<typeof answer>

/** The words of one message without what all have in common. */
export type PeerQuestion =
  | { readonly kind: 'tell'; readonly records: readonly PeerRecord[] }
  | { readonly kind: 'pull'; readonly life: string; readonly after: number }
  | ({ readonly kind: 'lease' } & LeaseRequest)

/** Puts a question into an envelope. */
export function asked(identity: PeerIdentity, atMs: number, question: PeerQuestion): object {
  return { version: PEER_VERSION, from: identity, atMs, ...question }
}

export function answered(
  identity: PeerIdentity,
  atMs: number,
  page: Pick<PeerAnswer, 'records' | 'next' | 'isMore' | 'lease'>,
): PeerAnswer {
  return { version: PEER_VERSION, from: identity, atMs, ...page }
}

/** @throws {WeirError} `PEER_MESSAGE` */
export function readRequest(message: unknown): PeerRequest {
  return read(request, message)
}

/** @throws {WeirError} `PEER_MESSAGE` */
export function readAnswer(message: unknown): PeerAnswer {
  return read(answer, message)
}

function read<S extends z.ZodType>(schema: S, message: unknown): z.output<S> {
  const result = schema.safeParse(message)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const where = issue?.path.join('.') || 'message'
  throw new WeirError(
    'PEER_MESSAGE',
    `Cannot understand a peer: ${where}: ${issue?.message ?? 'unknown'}; want the same version of Weir on both sides`,
  )
}
