/**
 * Blocks of packed numbers, eight at a time: so many numbers of `width` bits are `width` bytes.
 *
 * ```
 * bytes     ····aaaaabbbbbcccccddddd····   as they lie, at most 14 for four numbers
 * swizzle   aaaaabbb bbbccccc ccccd… d…    the four bytes in which each begins, a lane each
 * multiply  shifts each lane left so that its number begins at bit 7 (lanes cannot be shifted apart)
 * shift     right by 7, the same for all; then a mask
 * ```
 *
 * Deltas are then summed within the four lanes, and with the last sum before. All this is exact, in
 * 32 bits; the caller sees to it that it stays so.
 */
import {
  type Code,
  F64,
  F64X2_ADD,
  F64X2_FROM_LOW,
  F64X2_MUL,
  F64X2_SPLAT,
  I32,
  I32X4_ADD,
  I32X4_MUL,
  I32X4_SHR,
  I32X4_SPLAT,
  I32_ADD,
  I32_LESS,
  I32_MUL,
  I32_SHL,
  I32_SHR,
  I32_SUB,
  type KernelFunction,
  SWIZZLE,
  V128,
  V128_AND,
  ZERO,
  f64Load,
  get,
  i32,
  lanes,
  load,
  repeat,
  set,
  store,
  tee,
} from './assembler.ts'

/** Widths 0 to 25 have an entry. */
export const WIDTH_MAX = 25
/** Of one width: where bytes go and factors, for the first four of eight numbers and for the others. */
const ENTRY_BYTES = 64
export const TABLE_BYTES = (WIDTH_MAX + 1) * ENTRY_BYTES

export function widthTable(): Uint8Array {
  const table = new Uint8Array(TABLE_BYTES)
  const view = new DataView(table.buffer)
  for (let width = 0; width <= WIDTH_MAX; width++) {
    for (const half of [0, 1]) {
      const at = width * ENTRY_BYTES + half * 32
      const begin = (half * 4 * width) & 7
      for (let lane = 0; lane < 4; lane++) {
        const bit = begin + lane * width
        for (let byte = 0; byte < 4; byte++) table[at + lane * 4 + byte] = (bit >>> 3) + byte
        view.setUint32(at + 16 + lane * 4, 1 << (7 - (bit & 7)), true)
      }
    }
  }
  return table
}

/** Parameters, then locals. */
const [SRC, SIZE, WIDTH, DST, BASE, LEAST, UNIT] = [0, 1, 2, 3, 4, 5, 6]
const [END, HALF, ENTRY, FIRST_BYTES, FIRST_FACTORS, LAST_BYTES, LAST_FACTORS, MASK] = [
  7, 8, 9, 10, 11, 12, 13, 14,
]
const [LEASTS, CARRY, BASES, UNITS, X] = [15, 16, 17, 18, 19]
const LOCALS = [I32, I32, I32, V128, V128, V128, V128, V128, V128, V128, V128, V128, V128]

const prologue: Code = [
  [get(DST), get(SIZE), i32(3), I32_SHL, I32_ADD, set(END)],
  [get(WIDTH), i32(4), I32_MUL, i32(3), I32_SHR, set(HALF)],
  [get(WIDTH), i32(ENTRY_BYTES), I32_MUL, set(ENTRY)],
  [get(ENTRY), load(0), set(FIRST_BYTES), get(ENTRY), load(16), set(FIRST_FACTORS)],
  [get(ENTRY), load(32), set(LAST_BYTES), get(ENTRY), load(48), set(LAST_FACTORS)],
  [i32(1), get(WIDTH), I32_SHL, i32(1), I32_SUB, I32X4_SPLAT, set(MASK)],
  [get(LEAST), I32X4_SPLAT, set(LEASTS)],
  [get(BASE), F64X2_SPLAT, set(BASES), get(UNIT), F64X2_SPLAT, set(UNITS)],
]

const unpackFour = (from: Code, bytes: number, factors: number): Code => [
  [from, load(), get(bytes), SWIZZLE, get(factors), I32X4_MUL],
  [i32(7), I32X4_SHR, get(MASK), V128_AND],
]
const storeFour = (offset: number): Code => [
  [get(DST), get(X), F64X2_FROM_LOW, get(UNITS), F64X2_MUL, get(BASES), F64X2_ADD, store(offset)],
  [
    get(DST),
    get(X),
    get(X),
    lanes(2, 3, 2, 3),
    F64X2_FROM_LOW,
    get(UNITS),
    F64X2_MUL,
    get(BASES),
    F64X2_ADD,
    store(offset + 16),
  ],
]
const sumFour: Code = [
  [get(LEASTS), I32X4_ADD, set(X)],
  [get(X), ZERO, get(X), lanes(0, 4, 5, 6), I32X4_ADD, set(X)],
  [get(X), ZERO, get(X), lanes(0, 1, 4, 5), I32X4_ADD, get(CARRY), I32X4_ADD, tee(X)],
  [get(X), lanes(3, 3, 3, 3), set(CARRY)],
]
const secondHalf: Code = [get(SRC), get(HALF), I32_ADD]
const advance: Code = [
  [get(SRC), get(WIDTH), I32_ADD, set(SRC)],
  [get(DST), i32(64), I32_ADD, set(DST)],
]
const more: Code = [get(DST), get(END), I32_LESS]

const PARAMETERS = [I32, I32, I32, I32, F64, I32, F64]

export const UNPACK: readonly KernelFunction[] = [
  {
    name: '',
    parameters: PARAMETERS,
    results: [F64],
    locals: LOCALS,
    body: [
      prologue,
      repeat(
        [
          unpackFour(get(SRC), FIRST_BYTES, FIRST_FACTORS),
          sumFour,
          storeFour(0),
          unpackFour(secondHalf, LAST_BYTES, LAST_FACTORS),
          sumFour,
          storeFour(32),
          advance,
        ],
        more,
      ),
      [get(END), i32(8), I32_SUB, f64Load()],
    ],
  },
  {
    name: '',
    parameters: PARAMETERS,
    results: [],
    locals: LOCALS,
    body: [
      prologue,
      repeat(
        [
          [unpackFour(get(SRC), FIRST_BYTES, FIRST_FACTORS), set(X)],
          storeFour(0),
          [unpackFour(secondHalf, LAST_BYTES, LAST_FACTORS), set(X)],
          storeFour(32),
          advance,
        ],
        more,
      ),
    ],
  },
]
