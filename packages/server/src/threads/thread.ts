import { type Transferable, Worker } from 'node:worker_threads'
import type { HeapInfo } from 'node:v8'
import { Caller, type Handlers, type HandlersOfAll } from './rpc.ts'

/**
 * Room for young objects in each thread. Node's default lets each of six threads keep 48 MiB of
 * garbage; our hot paths work in typed arrays, which lie outside. With half or twice as much, queries
 * cost the same.
 */
const YOUNG_MB = 6

let heapLimit: { readonly maxOldGenerationSizeMb?: number } = {}

/** How large the heaps of threads that are started from now on may become. */
export function limitHeaps(mib: number): void {
  heapLimit = { maxOldGenerationSizeMb: mib }
}

/** The threads that run, to be asked for their heaps. */
const OPEN = new Set<{ readonly name: string; heap(): Promise<HeapInfo> }>()

/** A thread that works on one thing all the time answers nobody. */
const BUSY_MS = 1000

/** What the heap of each thread holds; undefined of one that is busy. */
export async function heapsOfThreads(): Promise<{ name: string; heap: HeapInfo | undefined }[]> {
  return Promise.all(
    [...OPEN].map(async (thread) => {
      const busy = new Promise<undefined>((resolve) => {
        setTimeout(() => resolve(undefined), BUSY_MS).unref()
      })
      const heap = await Promise.race([thread.heap().catch(() => undefined), busy])
      return { name: thread.name, heap }
    }),
  )
}

/** A worker thread of ours and the way to call it. */
export class Thread<H extends Handlers> implements AsyncDisposable {
  readonly name: string
  readonly #worker: Worker
  readonly #caller: Caller<H & HandlersOfAll>
  readonly #exited: Promise<void>
  #closing = false

  /**
   * @param entry file name of the thread's main module beside this one, without its ending
   * @param onCrash called once when the thread ends without having been asked to
   */
  constructor(
    entry: string,
    data: unknown,
    transfer: readonly Transferable[],
    onCrash: (error: Error) => void,
  ) {
    this.name = entry
    this.#worker = new Worker(threadFile(entry), {
      workerData: data,
      transferList: [...transfer],
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB, ...heapLimit },
      name: entry,
      ...(FROM_SOURCE ? { execArgv: [] } : {}), // or it would look for the sources of other rooms
    })
    this.#caller = new Caller<H & HandlersOfAll>(this.#worker)
    OPEN.add(this)
    this.#exited = new Promise((resolve) => {
      let cause: Error | undefined
      this.#worker.on('error', (error) => {
        cause = error
      })
      this.#worker.on('exit', (code) => {
        const reason = cause ?? new Error(`Thread ${entry} ended with code ${code}`)
        OPEN.delete(this)
        this.#caller.close(reason)
        resolve()
        if (!this.#closing) onCrash(reason)
      })
    })
  }

  heap(): Promise<HeapInfo> {
    return (this.#caller as Caller<HandlersOfAll>).call('heap', undefined)
  }

  get call(): Caller<H>['call'] {
    return this.#caller.call.bind(this.#caller)
  }

  /** Ends the thread in the midst of whatever it does; that counts as a crash. */
  kill(): void {
    void this.#worker.terminate()
  }

  /** Asks the thread to finish what it has begun and waits until it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true
    await this.#caller.call('close', undefined as never).catch(() => undefined)
    await this.#worker.terminate()
    await this.#exited
  }
}

const FROM_SOURCE = import.meta.url.endsWith('.ts')

/** Threads run what the build made, also when this file is run from its source. */
function threadFile(entry: string): URL {
  const here = import.meta.url
  const folder = FROM_SOURCE ? new URL('../../dist/threads/', here) : new URL('./', here)
  return new URL(`${entry}.js`, folder)
}
