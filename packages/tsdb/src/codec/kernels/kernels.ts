/**
 * Loops over columns that are worth several numbers an instruction: WebAssembly with vectors of 128
 * bits, two to three times as fast as the same loop in TypeScript, and as fast the first time, since
 * all threads share the compiled code. Each has a twin in TypeScript that gives the same bits; that
 * one is used where bytes lie elsewhere than in the kernels' memory, or there is no WebAssembly.
 *
 * A thread has one memory. It never grows, so views of it stay good; pages that are not used take no
 * room.
 *
 * ```
 * table of widths │ scratch column │ slot 0 │ slot 1 │ …
 * ```
 */
import { moduleOf } from './assembler.ts'
import { FUNCTIONS, MAY_FALL_AT } from './column.ts'
import { TABLE_BYTES, widthTable } from './unpack.ts'

/** As much of WebAssembly as is used: its types come only with those of browsers. */
declare const WebAssembly: {
  readonly Memory: new (pages: { readonly initial: number; readonly maximum: number }) => {
    readonly buffer: ArrayBuffer
  }
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  readonly Instance: new (
    module: object,
    imports: object,
  ) => { readonly exports: Readonly<Record<string, unknown>> }
}

/** Samples of the longest column that is unpacked here: four days at 15 s. */
const SCRATCH_MAX = 24_000
/** Kernels write eight numbers at a time, and read 16 bytes. */
const SLACK_BYTES = 64
const SCRATCH_AT = 2048
const SLOTS_AT = 200 * 1024
/** A sheet ends with the chunk that brings it to 64 KiB. */
export const SLOT_BYTES = 96 * 1024
const SLOTS = 32
const PAGE_BYTES = 65_536
const PAGES = Math.ceil((SLOTS_AT + SLOTS * SLOT_BYTES) / PAGE_BYTES)

/** Positions are those of bytes in the kernels' memory. */
interface Exports {
  /** Unpacks the column at `from`; returns the position behind it, 0 when it is none of those it knows. */
  column(from: number, count: number, into: number): number
  divide(from: number, end: number, divisor: number): void
}

export class Kernels {
  readonly #buffer: ArrayBuffer
  readonly #exports: Exports
  readonly #freeSlots = Array.from(
    { length: SLOTS },
    (_, i) => SLOTS_AT + (SLOTS - 1 - i) * SLOT_BYTES,
  )
  readonly #mayFall: Int32Array
  readonly scratch: Float64Array<ArrayBuffer>

  constructor() {
    const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES })
    const module = new WebAssembly.Module(moduleOf(FUNCTIONS, PAGES))
    const { exports } = new WebAssembly.Instance(module, { kernel: { memory } })
    this.#buffer = memory.buffer
    this.#exports = exports as unknown as Exports
    new Uint8Array(this.#buffer, 0, TABLE_BYTES).set(widthTable())
    this.#mayFall = new Int32Array(this.#buffer, MAY_FALL_AT, 1)
    this.scratch = new Float64Array(this.#buffer, SCRATCH_AT, SCRATCH_MAX)
  }

  /** Memory for a sheet, {@link SLOT_BYTES} long; undefined when all is taken. */
  takeSlot(): Uint8Array<ArrayBuffer> | undefined {
    const at = this.#freeSlots.pop()
    return at === undefined ? undefined : new Uint8Array(this.#buffer, at, SLOT_BYTES)
  }

  /** Whether no number of the column that was unpacked last is less than the one before it. */
  get neverFalls(): boolean {
    return this.#mayFall[0] === 0
  }

  giveBack(slot: Uint8Array<ArrayBuffer>): void {
    this.#freeSlots.push(slot.byteOffset)
  }

  /** Whether a column of so many numbers in these bytes can be looked at. */
  reaches(bytes: Uint8Array, count: number): boolean {
    return bytes.buffer === this.#buffer && count <= SCRATCH_MAX
  }

  /** Unpacks a column of offsets or deltas into `scratch[0, count)`; returns where it ends, 0 for one that is left to TypeScript. */
  column(bytes: Uint8Array, at: number, count: number): number {
    const end = this.#exports.column(bytes.byteOffset + at, count, SCRATCH_AT)
    return end === 0 ? 0 : end - bytes.byteOffset
  }

  /** Divides `scratch[0, count)`. */
  divide(count: number, divisor: number): void {
    this.#exports.divide(SCRATCH_AT, SCRATCH_AT + count * 8, divisor)
  }
}

/** Room behind what a kernel reads or writes. */
export const KERNEL_TAIL_BYTES = SLACK_BYTES

let kernels: Kernels | undefined
let isAsked = false

/** This thread's kernels; undefined where there is no WebAssembly, or no room for its memory. */
export function kernelsHere(): Kernels | undefined {
  if (!isAsked) {
    isAsked = true
    try {
      kernels = new Kernels()
    } catch {
      // Refused by the machine or by a flag: everything goes on as TypeScript.
    }
  }
  return kernels
}
