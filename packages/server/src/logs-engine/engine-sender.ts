import type { LogQueue, QueuedBatch } from '@weir/logs'
import type { LogBatch } from '@weir/model'
import { type Parcel, type Piece, bytesOfRow, pieceOf } from './parcel.ts'
import type { PushDelivery } from './push-delivery.ts'

export interface EngineSenderOptions {
  readonly queue: Pick<LogQueue, 'next'>
  readonly delivery: Pick<PushDelivery, 'deliver'>
  readonly shards: number
  /** About how many bytes of lines go in one request. */
  readonly parcelBytes: number
  /** What ends everything, should it ever be thrown: our mistake. */
  onBroken(error: unknown): void
}

/** Parcels that may lie ready for each shard. */
const PARCELS_AHEAD = 2

interface Waiting extends Piece {
  readonly atMs: number
  /** Its batch is done with when all its pieces are. */
  readonly done: () => void
}

/** Lines that go one after the other. */
class Shard {
  readonly waiting: Waiting[] = []
  wake: (() => void) | undefined
}

/**
 * Takes lines from the queue and sends them. A stream is always sent by the same shard, one request after the
 * other, so its lines arrive in their order; shards do not wait for each other until the memory for lines under
 * way is used up. While a request is under way the next ones gather, so requests grow as more lines come.
 */
export class EngineSender implements AsyncDisposable {
  readonly #options: EngineSenderOptions
  readonly #shards: readonly Shard[]
  readonly #stop = new AbortController()
  readonly #running: Promise<unknown>
  #waitingBytes = 0
  #room: (() => void) | undefined

  constructor(options: EngineSenderOptions) {
    this.#options = options
    this.#shards = Array.from({ length: options.shards }, () => new Shard())
    const loops = [this.#deal(), ...this.#shards.map((shard) => this.#send(shard))]
    this.#running = Promise.all(
      loops.map((loop) =>
        loop.catch((error: unknown) => {
          if (!this.#stop.signal.aborted) options.onBroken(error)
        }),
      ),
    )
  }

  /** What is under way is given up: it is sent again in the next life. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('Weir is stopping'))
    this.#room?.()
    for (const { wake } of this.#shards) wake?.()
    await this.#running
  }

  /** Hands lines to the shards of their streams. */
  async #deal(): Promise<void> {
    const { queue, parcelBytes, shards } = this.#options
    const { signal } = this.#stop
    for (;;) {
      const queued = await queue.next(signal)
      this.#dealOut(queued)
      while (this.#waitingBytes > parcelBytes * shards * PARCELS_AHEAD) {
        await new Promise<void>((resolve) => (this.#room = resolve))
        signal.throwIfAborted()
      }
    }
  }

  #dealOut({ batch, atMs, done }: QueuedBatch): void {
    const pieces = this.#pieces(batch)
    let open = pieces.length
    const pieceDone = (): void => {
      if (--open === 0) done()
    }
    if (open === 0) done()
    for (const [shard, piece] of pieces) {
      this.#waitingBytes += piece.bytes
      shard.waiting.push({ ...piece, atMs, done: pieceDone })
      shard.wake?.()
    }
  }

  /** The lines of each shard, in pieces no longer than a parcel. */
  #pieces(batch: LogBatch): readonly (readonly [Shard, Piece])[] {
    const { shards, parcelBytes } = this.#options
    const shardOf = batch.streams.map((labels) => hashOf(labels.key()) % shards)
    const rows: number[][] = this.#shards.map(() => [])
    const bytes = new Float64Array(shards)
    const pieces: (readonly [Shard, Piece])[] = []
    const cut = (place: number): void => {
      if (rows[place]!.length === 0) return
      pieces.push([this.#shards[place]!, pieceOf(batch, Uint32Array.from(rows[place]!))])
      rows[place] = []
      bytes[place] = 0
    }
    for (let row = 0; row < batch.count; row++) {
      const place = shardOf[batch.streamOf[row]!]!
      const size = bytesOfRow(batch, row)
      if (bytes[place]! + size > parcelBytes) cut(place)
      rows[place]!.push(row)
      bytes[place]! += size
    }
    for (let place = 0; place < shards; place++) cut(place)
    return pieces
  }

  async #send(shard: Shard): Promise<void> {
    const { signal } = this.#stop
    for (;;) {
      signal.throwIfAborted()
      const taken = this.#take(shard)
      if (taken.length === 0) {
        await new Promise<void>((resolve) => (shard.wake = resolve))
        continue
      }
      const parcel: Parcel = taken
      await this.#options.delivery.deliver(parcel, taken[0]!.atMs, signal)
      for (const { bytes, done } of taken) {
        this.#waitingBytes -= bytes
        done()
      }
      this.#room?.()
    }
  }

  /** As much of what waits as goes in one request. */
  #take({ waiting }: Shard): Waiting[] {
    let bytes = 0
    let count = 0
    for (const piece of waiting) {
      if (count > 0 && bytes + piece.bytes > this.#options.parcelBytes) break
      bytes += piece.bytes
      count++
    }
    return waiting.splice(0, count)
  }
}

/** FNV-1a: the same stream, the same shard. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
