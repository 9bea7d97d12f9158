import { JsonFrame, MsgpackFrame, forwardOfJson } from '@weir/wire'
import { GrowingBytes } from '../../intake/growing-bytes.ts'

/** Why what follows on a connection cannot be understood. */
export type StreamFault = 'malformed' | 'too_long'

const OPEN_LIST = 0x5b
const OPEN_OBJECT = 0x7b
const BLANKS: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d])

/**
 * Cuts what a connection sends into messages: MessagePack, or JSON when the first byte is `[` or `{`, as
 * fluentd tells them apart.
 */
export class MessageStream {
  readonly #bytesMax: number
  readonly #frame: MsgpackFrame
  readonly #json = new JsonFrame()
  #isJson: boolean | undefined
  readonly #rest = new GrowingBytes()

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
    this.#frame = new MsgpackFrame(bytesMax)
  }

  /** Whether answers are to be JSON. */
  get isJson(): boolean {
    return this.#isJson === true
  }

  /** Bytes of a message that is not whole yet. */
  get restBytes(): number {
    return this.#rest.length
  }

  /**
   * Takes what came; gives the whole messages in it, as MessagePack.
   *
   * @returns a fault when what follows is of no use; messages before it are in `into`
   */
  push(chunk: Uint8Array, into: Uint8Array[]): StreamFault | undefined {
    this.#isJson ??= chunk[0] === OPEN_LIST || chunk[0] === OPEN_OBJECT
    this.#rest.push(chunk)
    const bytes = this.#rest.view()
    let at = 0
    let fault: StreamFault | undefined
    while (at < bytes.length && fault === undefined) {
      const next = this.#isJson
        ? this.#nextJson(bytes, at, into)
        : this.#nextMsgpack(bytes, at, into)
      if (typeof next === 'string') fault = next
      else if (next === undefined) break
      else at = next
    }
    if (at > 0) {
      const rest = bytes.subarray(at)
      this.#rest.clear() // leaves the bytes to the messages, which are views of them
      if (rest.length > 0) this.#rest.push(rest)
    }
    return fault
  }

  #nextMsgpack(
    bytes: Uint8Array,
    at: number,
    into: Uint8Array[],
  ): number | StreamFault | undefined {
    const found = this.#frame.look(bytes.subarray(at))
    if (found.kind === 'more') return undefined
    if (found.kind === 'too_long') return 'too_long'
    if (found.kind === 'broken') return 'malformed'
    into.push(bytes.subarray(at, at + found.end))
    return at + found.end
  }

  #nextJson(bytes: Uint8Array, at: number, into: Uint8Array[]): number | StreamFault | undefined {
    if (BLANKS.has(bytes[at]!)) return at + 1
    if (bytes[at] !== OPEN_LIST && bytes[at] !== OPEN_OBJECT) return 'malformed'
    const end = this.#json.look(bytes.subarray(at))
    if (end === undefined) return bytes.length - at > this.#bytesMax ? 'too_long' : undefined
    const message = forwardOfJson(Buffer.from(bytes.subarray(at, at + end)).toString())
    if (message === undefined) return 'malformed'
    into.push(message)
    return at + end
  }
}
