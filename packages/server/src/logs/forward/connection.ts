import type { Socket } from 'node:net'
import { ForwardEntries, type ForwardMessage, encodeMsgpack, readForward } from '@weir/wire'
import { unpackBody } from '../../push/unpack.ts'
import type { LineDoor } from '../sockets/line-door.ts'
import type { ForwardSecurity } from './handshake.ts'
import { Handshake } from './handshake.ts'
import type { KnownChunks } from './known-chunks.ts'
import { MessageStream } from './message-stream.ts'
import type { RecordLines } from './record-lines.ts'
import type { ForwardTelemetry } from './telemetry.ts'

/** What all connections of a listener share. */
export interface ForwardShared {
  readonly door: LineDoor
  readonly records: RecordLines
  readonly chunks: KnownChunks
  readonly telemetry: ForwardTelemetry
  readonly security: ForwardSecurity | undefined
  readonly chunkBytesMax: number
  readonly unpackedBytesMax: number
  /** Bytes that wait, of all connections. */
  readonly waiting: { bytes: number; readonly max: number }
}

type Entries = Extract<ForwardMessage, { kind: 'entries' }>

/** A message with entries, unpacked. */
interface Taken {
  readonly tag: string
  readonly entries: Uint8Array
  readonly isBare: boolean
}

/** What whole messages that came together are. */
interface Piece {
  readonly taken: Taken[]
  /** To be acknowledged, by id. */
  readonly chunks: Map<string, Uint8Array>
  /** Known already, and what says whether they are durable. */
  readonly repeated: (readonly [chunk: Uint8Array, before: Promise<void> | true])[]
}

/**
 * One connection: what it sends is taken a piece at a time. Whole messages of a piece are kept together in one
 * commit; until that is durable nothing more is read, so a sender that is faster than the disk waits in its own
 * socket. Acknowledgements are written after the commit. When the store cannot keep the lines the connection is
 * closed without one: that is how a sender knows that it has to send them again.
 */
export class ForwardConnection {
  readonly #socket: Socket
  readonly #shared: ForwardShared
  readonly #from: string
  readonly #stream: MessageStream
  #handshake: Handshake | undefined
  #waitingBytes = 0
  /** What came is handled in its order. */
  #turn: Promise<void> = Promise.resolve()

  constructor(socket: Socket, shared: ForwardShared) {
    this.#socket = socket
    this.#shared = shared
    this.#from = socket.remoteAddress ?? ''
    this.#stream = new MessageStream(shared.chunkBytesMax)
    if (shared.security !== undefined) {
      this.#handshake = new Handshake(shared.security)
      socket.write(this.#handshake.helo())
    }
    socket.on('data', (chunk: Uint8Array) => {
      socket.pause()
      this.#turn = this.#turn.then(() => this.#take(chunk))
    })
    socket.on('close', () => this.#waits(0))
  }

  /** Resolves when what came so far has been handled. */
  get settled(): Promise<void> {
    return this.#turn
  }

  async #take(chunk: Uint8Array): Promise<void> {
    if (this.#socket.destroyed) return
    const { telemetry, waiting } = this.#shared
    telemetry.received(chunk.length)
    if (waiting.bytes > 0 && waiting.bytes + chunk.length > waiting.max) {
      telemetry.refused('no_room', this.#from)
      this.#socket.destroy()
      return
    }
    this.#waits(this.#stream.restBytes + chunk.length)
    const messages: Uint8Array[] = []
    const fault = this.#stream.push(chunk, messages)
    const isKept = await this.#takeMessages(messages)
    this.#waits(this.#stream.restBytes)
    if (fault !== undefined) telemetry.refused(fault, this.#from)
    if (fault !== undefined || !isKept) this.#socket.destroySoon()
    else this.#socket.resume()
  }

  /** Says how many bytes of this connection wait. */
  #waits(bytes: number): void {
    const { waiting, telemetry } = this.#shared
    const now = this.#socket.destroyed ? 0 : bytes
    waiting.bytes += now - this.#waitingBytes
    this.#waitingBytes = now
    telemetry.unackedBytes.set(waiting.bytes)
  }

  /** False: the connection has to end. */
  async #takeMessages(messages: readonly Uint8Array[]): Promise<boolean> {
    const piece: Piece = { taken: [], chunks: new Map(), repeated: [] }
    const isWhole = messages.every((bytes) => this.#sort(bytes, piece))
    return (await this.#keep(piece)) && (await this.#ackRepeated(piece)) && isWhole
  }

  /** Puts a message where it belongs; false: the connection has to end. */
  #sort(bytes: Uint8Array, { taken, chunks, repeated }: Piece): boolean {
    if (this.#handshake !== undefined) return this.#shakeHands(this.#handshake, bytes)
    const message = readForward(bytes)
    if (message.kind === 'heartbeat') return true
    const { chunk } = message
    if (message.kind === 'refused') {
      this.#shared.telemetry.refused(message.why, this.#from)
      // Sent again it would be refused again.
      if (chunk !== undefined) this.#acknowledge(chunk)
      return true
    }
    const id = chunk === undefined ? '' : Buffer.from(chunk).toString('latin1')
    const before = chunk === undefined ? undefined : this.#shared.chunks.get(id)
    if (chunk !== undefined && (before !== undefined || chunks.has(id))) {
      this.#shared.telemetry.repeated()
      if (before !== undefined) repeated.push([chunk, before])
      return true
    }
    const entries = this.#unpacked(message)
    // Without an acknowledgement: whoever raises the limit gets it after all.
    if (entries === undefined) return false
    taken.push({ tag: message.tag, entries, isBare: message.isBare })
    if (chunk !== undefined) chunks.set(id, chunk)
    return true
  }

  #shakeHands(handshake: Handshake, bytes: Uint8Array): boolean {
    const { bytes: answer, refused } = handshake.answer(bytes)
    this.#socket.write(answer)
    this.#handshake = undefined
    if (refused !== undefined) this.#shared.telemetry.refused('not_let_in', this.#from)
    return refused === undefined
  }

  /** Undefined: it cannot be unpacked, now or ever. */
  #unpacked({ entries, compressed }: Entries): Uint8Array | undefined {
    if (compressed === '') return entries
    const { unpackedBytesMax: bytesMax, telemetry } = this.#shared
    try {
      const limit = { bytesMax, key: 'logs.forward.max_unpacked_bytes' }
      const { bytes, length } = unpackBody(entries, compressed, limit)
      return bytes.subarray(0, length)
    } catch {
      telemetry.refused('unpacking_failed', this.#from)
      return undefined
    }
  }

  async #keep({ taken, chunks }: Piece): Promise<boolean> {
    const { telemetry } = this.#shared
    try {
      const keeping = this.#commit(taken)
      for (const id of chunks.keys()) this.#shared.chunks.add(id, keeping)
      await keeping
    } catch (error) {
      telemetry.failed(taken.length, error)
      return false
    }
    for (const chunk of chunks.values()) this.#acknowledge(chunk)
    return true
  }

  async #commit(taken: readonly Taken[]): Promise<void> {
    if (taken.length === 0) return
    const { door, records, telemetry } = this.#shared
    let skipped = 0
    const { kept } = await door.take((add) => {
      for (const { tag, entries, isBare } of taken) {
        const walk = new ForwardEntries(entries, isBare)
        while (walk.next()) add(records.line(walk, tag))
        skipped += walk.skipped
      }
    })
    if (skipped > 0) telemetry.refused('skipped_entry', this.#from, skipped)
    telemetry.kept(taken.length, kept)
  }

  async #ackRepeated({ repeated }: Piece): Promise<boolean> {
    for (const [chunk, before] of repeated) {
      try {
        await before
      } catch {
        return false // it failed where it came first, and was counted there
      }
      this.#acknowledge(chunk)
    }
    return true
  }

  #acknowledge(chunk: Uint8Array): void {
    if (this.#socket.destroyed) return
    this.#socket.write(this.#stream.isJson ? jsonAck(chunk) : msgpackAck(chunk))
  }
}

function jsonAck(chunk: Uint8Array): string {
  return JSON.stringify({ ack: Buffer.from(chunk).toString() })
}

/** `{"ack": chunk}`, the chunk as the text that it came as, whatever bytes it holds. */
function msgpackAck(chunk: Uint8Array): Uint8Array {
  const length = chunk.length
  const head =
    length < 32
      ? [0xa0 | length]
      : length < 256
        ? [0xd9, length]
        : [0xda, length >> 8, length & 255]
  const key = encodeMsgpack('ack')
  return Buffer.concat([Uint8Array.of(0x81), key, Uint8Array.from(head), chunk])
}
