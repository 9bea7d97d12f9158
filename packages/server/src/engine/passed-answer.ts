import type { HttpReply } from '@weir/fetch'
import { WeirError } from '@weir/model'
import { tooLarge } from '../query/encode.ts'
import type { QueryReply } from '../query/job.ts'
import type { EngineEvents } from './events.ts'

/**
 * An answer of the engine on its way to a client: JSON that is passed on as it comes. Its beginning is looked
 * at: whether it is one at all, and whether the engine says that parts are missing, which becomes a warning.
 */
interface PassOptions {
  readonly bytesMax: number
  readonly events: EngineEvents
}

/** So much is at hand before the client hears anything: a short answer is whole then, with its length. */
const FIRST_BYTES = 64 * 1024
const BEGINNING = /^\s*\{\s*"status"\s*:\s*"success"\s*,/
const IS_PARTIAL = /^\s*\{\s*"status"\s*:\s*"success"\s*,\s*"isPartial"\s*:\s*true/
const PARTIAL =
  'the engine answered in part: some of its storage is away, and samples may be missing'
const NEWLINE = 10
const SPACE = 32

export const PassedAnswer = { whole, begin }

/** The whole answer at once. */
async function whole(reply: HttpReply, options: PassOptions): Promise<QueryReply> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of counted(reply, options)) {
    pieces.push(piece)
    bytes += piece.length
  }
  return { status: 200, body: first(Buffer.concat(pieces, bytes), options) }
}

/** Its beginning; what is more follows in `rest`. */
async function begin(reply: HttpReply, options: PassOptions): Promise<QueryReply> {
  const pieces = counted(reply, options)
  const held: Uint8Array[] = []
  let bytes = 0
  while (bytes < FIRST_BYTES) {
    const next = await pieces.next()
    if (next.done === true) return { status: 200, body: first(Buffer.concat(held, bytes), options) }
    held.push(next.value)
    bytes += next.value.length
  }
  const body = first(Buffer.concat(held, bytes), options)
  return { status: 200, body, rest: pieces }
}

async function* counted(
  reply: HttpReply,
  { bytesMax, events }: PassOptions,
): AsyncGenerator<Uint8Array> {
  let bytes = 0
  try {
    for await (const piece of reply.body) {
      bytes += piece.length
      if (bytes > bytesMax) throw tooLarge(bytesMax)
      yield piece
    }
  } catch (error) {
    if (error instanceof WeirError) throw error
    // It broke off: before anything was passed on the question is asked again.
    throw new WeirError('FETCH_FAILED', `its answer broke off: ${(error as Error).message}`)
  } finally {
    events.bytes(bytes)
  }
}

/** The first piece, fit to be passed on. */
function first(piece: Buffer, { events }: PassOptions): Uint8Array<ArrayBuffer> {
  const head = piece.subarray(0, 200).toString('latin1')
  if (!BEGINNING.test(head)) {
    const shown = JSON.stringify(head.slice(0, 100))
    throw new WeirError(
      'ENGINE_ANSWER',
      `Cannot pass on the answer of the engine: want one of Prometheus's query API, got ${shown}; look at storage.metrics.read_url`,
    )
  }
  // An answer is one line where several of them are told together.
  const own = new Uint8Array(piece)
  for (let at = own.indexOf(NEWLINE); at >= 0; at = own.indexOf(NEWLINE, at)) own[at] = SPACE
  if (!IS_PARTIAL.test(head)) return own
  events.partial()
  const warned = Buffer.from(`{"status":"success","warnings":${JSON.stringify([PARTIAL])},`)
  const [begun] = BEGINNING.exec(head)!
  return new Uint8Array(Buffer.concat([warned, own.subarray(begun.length)]))
}
