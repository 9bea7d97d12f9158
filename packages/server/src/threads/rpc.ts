import type { MessagePort, Transferable, Worker } from 'node:worker_threads'
import { getHeapStatistics } from 'node:v8'
import { CODES, type ErrorCode, WeirError } from '@weir/model'

/**
 * Calls between threads: a request with a number, an answer with the same number. Few and small by
 * design; samples travel on ports of their own, as columns.
 */

/** What one thread offers to another: a function a name. Arguments and results are cloned. */
export type Handlers = Readonly<Record<string, (argument: never) => unknown>>

/** How the other side sees the handlers. */
export type Remote<H extends Handlers> = {
  readonly [Name in keyof H]: (
    argument: Parameters<H[Name]>[0],
    transfer?: readonly Transferable[],
  ) => Promise<
    Awaited<ReturnType<H[Name]>> extends Moved<infer T> ? T : Awaited<ReturnType<H[Name]>>
  >
}

/** A result whose buffers or ports change hands instead of being cloned. */
export class Moved<T> {
  readonly value: T
  readonly transfer: readonly Transferable[]

  constructor(value: T, transfer: readonly Transferable[]) {
    this.value = value
    this.transfer = transfer
  }
}

interface Call {
  readonly id: number
  readonly name: string
  readonly argument: unknown
}

interface Answer {
  readonly id: number
  readonly value?: unknown
  readonly error?: { readonly code: string; readonly message: string; readonly stack: string }
}

/** Answers calls that arrive on a port until it closes. */
export function serveCalls(port: MessagePort, handlers: Handlers): void {
  port.on('message', (call: Call) => {
    void answer(port, handlers, call)
  })
}

/** What every thread offers. */
const OF_ALL = { heap: getHeapStatistics } satisfies Handlers
export type HandlersOfAll = typeof OF_ALL

async function answer(port: MessagePort, handlers: Handlers, call: Call): Promise<void> {
  try {
    const handler = { ...OF_ALL, ...handlers }[call.name] as
      | ((argument: unknown) => unknown)
      | undefined
    if (handler === undefined) throw new WeirError('BUG', `BUG: thread has no handler ${call.name}`)
    const result: unknown = await handler(call.argument)
    if (result instanceof Moved) {
      port.postMessage(
        { id: call.id, value: result.value as unknown } satisfies Answer,
        result.transfer,
      )
    } else {
      port.postMessage({ id: call.id, value: result } satisfies Answer)
    }
  } catch (error) {
    port.postMessage({ id: call.id, error: pack(error) } satisfies Answer)
  }
}

/** Calls handlers at the other end. Every call pending when `closed` is told rejects with its reason. */
export class Caller<H extends Handlers> {
  readonly #port: Worker | MessagePort
  readonly #pending = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: Error) => void }
  >()
  #nextId = 1
  #closed: Error | undefined

  constructor(port: Worker | MessagePort) {
    this.#port = port
    // Both emit the same event; only their types do not know of each other.
    ;(port as MessagePort).on('message', (reply: Answer) => this.#settle(reply))
  }

  call<Name extends keyof H & string>(
    name: Name,
    argument: Parameters<H[Name]>[0],
    transfer: readonly Transferable[] = [],
  ): ReturnType<Remote<H>[Name]> {
    const result = new Promise<unknown>((resolve, reject) => {
      if (this.#closed !== undefined) {
        reject(this.#closed)
        return
      }
      const id = this.#nextId++
      this.#pending.set(id, { resolve, reject })
      this.#port.postMessage({ id, name, argument } satisfies Call, transfer)
    })
    return result as ReturnType<Remote<H>[Name]>
  }

  /** The other end is gone: fails what is pending and what comes. */
  close(reason: Error): void {
    this.#closed = reason
    for (const { reject } of this.#pending.values()) reject(reason)
    this.#pending.clear()
  }

  #settle(reply: Answer): void {
    const waiting = this.#pending.get(reply.id)
    if (waiting === undefined) return
    this.#pending.delete(reply.id)
    if (reply.error === undefined) waiting.resolve(reply.value)
    else waiting.reject(unpack(reply.error))
  }
}

function pack(error: unknown): NonNullable<Answer['error']> {
  const { message, stack = '' } = error instanceof Error ? error : new Error(String(error))
  return { code: error instanceof WeirError ? error.code : '', message, stack }
}

function unpack({ code, message, stack }: NonNullable<Answer['error']>): Error {
  const error = code in CODES ? new WeirError(code as ErrorCode, message) : new Error(message)
  error.stack = stack
  return error
}
