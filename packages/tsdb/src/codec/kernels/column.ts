/**
 * A whole column of integers, block by block: the twin of `decodeBlocks` in int-column.ts, where the
 * layout is told. What is too rare or too wide for it (numbers of more than 22 or 25 bits) it leaves to
 * that.
 */
import {
  type Code,
  F64,
  F64X2_DIV,
  F64X2_SPLAT,
  F64_ABS,
  F64_ADD,
  F64_FROM_I32,
  F64_FROM_I64,
  F64_GREATER,
  F64_IS_OTHER,
  F64_MUL,
  I32,
  I32_ADD,
  I32_AND,
  I32_EQUAL,
  I32_FROM_I64,
  I32_GREATER,
  I32_LESS,
  I32_MUL,
  I32_OR,
  I32_SHL,
  I32_SHR,
  I32_SUB,
  I64,
  I64_ADD,
  I64_AND,
  I64_AT_LEAST,
  I64_GREATER,
  I64_OR,
  I64_SHL,
  I64_SHR,
  I64_SUB,
  I64_XOR,
  type KernelFunction,
  RETURN,
  SELECT,
  V128,
  call,
  during,
  f64,
  f64Load,
  f64Store,
  get,
  getGlobal,
  i32,
  i32Load,
  i32Load8,
  i32Store,
  i64,
  i64Load8,
  load,
  repeat,
  set,
  setGlobal,
  store,
  tee,
  when,
} from './assembler.ts'
import { UNPACK, WIDTH_MAX } from './unpack.ts'

const [DELTAS_INDEX, OFFSETS_INDEX, VARINT, ZIGZAG] = [0, 1, 2, 3]

/** The global: position of the byte to be read next. */
const AT = 0
const skip = (count: Code): Code => [getGlobal(AT), count, I32_ADD, setGlobal(AT)]
const nextByte: Code = [getGlobal(AT), i32Load8(), skip(i32(1))]

const [VALUE, SHIFT, BYTE] = [0, 1, 2]

const varint: KernelFunction = {
  name: '',
  parameters: [],
  results: [I64],
  locals: [I64, I64, I64],
  body: [
    repeat(
      [
        [getGlobal(AT), i64Load8(), set(BYTE), skip(i32(1))],
        [get(VALUE), get(BYTE), i64(0x7f), I64_AND, get(SHIFT), I64_SHL, I64_OR, set(VALUE)],
        [get(SHIFT), i64(7), I64_ADD, set(SHIFT)],
      ],
      [get(BYTE), i64(0x80), I64_AT_LEAST],
    ),
    get(VALUE),
  ],
}

const zigzag: KernelFunction = {
  name: '',
  parameters: [],
  results: [I64],
  locals: [I64],
  body: [
    [call(VARINT), tee(0), i64(1), I64_SHR],
    [i64(0), get(0), i64(1), I64_AND, I64_SUB, I64_XOR],
  ],
}

/** Parameters (position, numbers, where they go), then locals. */
const [FROM, LEFT, INTO] = [0, 1, 2]
const [IS_OFFSETS, FIRST, UNIT, RUNNING, SIZE, HEAD, STEP, WIDTH] = [3, 4, 5, 6, 7, 8, 9, 10]
const [LEAST, PATCHES_AT, PATCHES, PLACE, END, BITS_AT, BIT, SCALE] = [
  11, 12, 13, 14, 15, 16, 17, 18,
]
const [SUM, TARGET, I, NUMBER, MAY_FALL] = [19, 20, 21, 22, 23]
// prettier-ignore
const LOCALS = [
  I32, F64, F64, F64, I32, I32, I64, I32, F64, I32, I32, I32, I32, I32, I32, F64, F64, I32, I32, F64,
  I32,
]

/** Where it says whether a number may be less than the one before it. */
export const MAY_FALL_AT = 1920

/** Nothing that this function reads. */
const REFUSE: Code = [i32(0), RETURN]
const DELTA_WIDTH_MAX = 22
const DELTA_LEAST_MAX = 2 ** 22
const BLOCK = 128
const PATCHED = 0x80
const SPARSE = 0x40

const packedBytes: Code = [i32(7), I32_ADD, i32(3), I32_SHR]
const behindBlock: Code = [get(INTO), get(SIZE), i32(3), I32_SHL, I32_ADD]
const placeOf: Code = [get(INTO), nextByte, i32(3), I32_SHL, I32_ADD]

/** Adds what patches have come to at all numbers before position `end`. */
const addSum = (end: number): Code =>
  during(
    [get(PLACE), get(end), I32_LESS],
    [
      [get(PLACE), get(PLACE), f64Load(), get(SUM), F64_ADD, f64Store()],
      [get(PLACE), i32(8), I32_ADD, set(PLACE)],
    ],
  )

const eachPatch = (body: Code): Code =>
  during([get(PATCHES)], [body, get(PATCHES), i32(1), I32_SUB, set(PATCHES)])

const patchDeltas: Code = [
  [f64(0), set(SUM), behindBlock, set(END), get(INTO), set(PLACE)],
  eachPatch([
    [placeOf, set(TARGET)],
    when([get(SUM), f64(0), F64_IS_OTHER], addSum(TARGET), [get(TARGET), set(PLACE)]),
    [get(SUM), call(VARINT), F64_FROM_I64, get(SCALE), F64_MUL, F64_ADD, set(SUM)],
  ]),
  addSum(END),
  [get(RUNNING), get(SUM), F64_ADD, set(RUNNING)],
]

const patchOffsets: Code = eachPatch([
  [placeOf, tee(TARGET), get(TARGET), f64Load()],
  [call(VARINT), F64_FROM_I64, get(SCALE), F64_MUL, F64_ADD, f64Store()],
])

const skipPatches: Code = [
  [nextByte, tee(PATCHES), set(I)],
  during([get(I)], [skip(i32(1)), call(VARINT), [0x1a], get(I), i32(1), I32_SUB, set(I)]),
]

/** See `staysExact` in int-column.ts. */
const runsAway: Code = [
  [get(RUNNING), F64_ABS, get(SIZE), F64_FROM_I32],
  [get(LEAST), F64_ABS, get(SCALE), F64_ADD, F64_MUL, F64_ADD],
  [f64(2 ** 53), F64_GREATER],
]

const denseDeltas: Code = [
  when([get(WIDTH), i32(DELTA_WIDTH_MAX), I32_GREATER], REFUSE),
  when([get(STEP), i64(DELTA_LEAST_MAX), I64_GREATER], REFUSE),
  when([i64(-DELTA_LEAST_MAX), get(STEP), I64_GREATER], REFUSE),
  when(get(PATCHES), when(runsAway, REFUSE)),
  [getGlobal(AT), get(SIZE), get(WIDTH), get(INTO), get(RUNNING)],
  [get(STEP), I32_FROM_I64, get(UNIT), call(DELTAS_INDEX), set(RUNNING)],
]

const denseOffsets: Code = [
  [getGlobal(AT), get(SIZE), get(WIDTH), get(INTO), get(FIRST), get(LEAST), F64_ADD],
  [i32(0), get(UNIT), call(OFFSETS_INDEX)],
]

const dense: Code = [
  [i32(0), set(PATCHES), getGlobal(AT), set(PATCHES_AT)],
  [i32(1), get(WIDTH), I32_SHL, F64_FROM_I32, get(UNIT), F64_MUL, set(SCALE)],
  when([get(HEAD), i32(PATCHED), I32_AND], skipPatches),
  when(get(IS_OFFSETS), denseOffsets, denseDeltas),
  skip([get(SIZE), get(WIDTH), I32_MUL, packedBytes]),
  when(get(PATCHES), [
    [getGlobal(AT), set(I), get(PATCHES_AT), i32(1), I32_ADD, setGlobal(AT)],
    when(get(IS_OFFSETS), patchOffsets, patchDeltas),
    [get(I), setGlobal(AT)],
  ]),
]

/** Four bytes, of which the number is within the low 32 bits whatever bit it begins at. */
const sparseNumber: Code = [
  [get(BITS_AT), get(BIT), i32(3), I32_SHR, I32_ADD, i32Load(), get(BIT), i32(7), I32_AND, I32_SHR],
  [i32(1), get(WIDTH), I32_SHL, i32(1), I32_SUB, I32_AND, F64_FROM_I32],
]

const sparse: Code = [
  [i32(0), set(BIT), i32(0), set(I)],
  [getGlobal(AT), get(SIZE), packedBytes, I32_ADD, set(BITS_AT)],
  repeat(
    [
      // Offsets begin at the first number each time, deltas go on from the one before.
      [get(FIRST), get(RUNNING), get(IS_OFFSETS), SELECT, set(NUMBER)],
      when(
        [
          getGlobal(AT),
          get(I),
          i32(3),
          I32_SHR,
          I32_ADD,
          i32Load8(),
          get(I),
          i32(7),
          I32_AND,
          I32_SHR,
          i32(1),
          I32_AND,
        ],
        [
          [
            get(NUMBER),
            get(LEAST),
            sparseNumber,
            get(UNIT),
            F64_MUL,
            F64_ADD,
            F64_ADD,
            set(NUMBER),
          ],
          [get(BIT), get(WIDTH), I32_ADD, set(BIT)],
        ],
      ),
      [get(NUMBER), set(RUNNING)],
      [get(INTO), get(I), i32(3), I32_SHL, I32_ADD, get(NUMBER), f64Store()],
      [get(I), i32(1), I32_ADD, tee(I)],
    ],
    [get(SIZE), I32_LESS],
  ),
  [get(BITS_AT), get(BIT), packedBytes, I32_ADD, setGlobal(AT)],
]

const column: KernelFunction = {
  name: 'column',
  parameters: [I32, I32, I32],
  results: [I32],
  locals: LOCALS,
  body: [
    [get(FROM), setGlobal(AT)],
    [nextByte, i32(1), I32_EQUAL, set(IS_OFFSETS)],
    [call(ZIGZAG), F64_FROM_I64, tee(FIRST), set(RUNNING)],
    [call(VARINT), F64_FROM_I64, set(UNIT)],
    [get(INTO), get(FIRST), f64Store(), get(INTO), i32(8), I32_ADD, set(INTO)],
    [get(LEFT), i32(1), I32_SUB, set(LEFT)],
    during(get(LEFT), [
      [get(LEFT), i32(BLOCK), get(LEFT), i32(BLOCK), I32_LESS, SELECT, set(SIZE)],
      [nextByte, tee(HEAD), i32(0x3f), I32_AND, set(WIDTH)],
      [call(ZIGZAG), tee(STEP), F64_FROM_I64, get(UNIT), F64_MUL, set(LEAST)],
      when([get(WIDTH), i32(WIDTH_MAX), I32_GREATER], REFUSE),
      [
        get(MAY_FALL),
        get(IS_OFFSETS),
        i64(0),
        get(STEP),
        I64_GREATER,
        I32_OR,
        I32_OR,
        set(MAY_FALL),
      ],
      when([get(HEAD), i32(SPARSE), I32_AND], sparse, dense),
      [behindBlock, set(INTO), get(LEFT), get(SIZE), I32_SUB, set(LEFT)],
    ]),
    [i32(0), get(MAY_FALL), i32Store(MAY_FALL_AT)],
    getGlobal(AT),
  ],
}

/** Divides the numbers between two positions, four at a time. */
const divide: KernelFunction = {
  name: 'divide',
  parameters: [I32, I32, F64],
  results: [],
  locals: [V128],
  body: [
    [get(2), F64X2_SPLAT, set(3)],
    repeat(
      [
        [get(0), get(0), load(0), get(3), F64X2_DIV, store(0)],
        [get(0), get(0), load(16), get(3), F64X2_DIV, store(16)],
        [get(0), i32(32), I32_ADD, set(0)],
      ],
      [get(0), get(1), I32_LESS],
    ),
  ],
}

export const FUNCTIONS: readonly KernelFunction[] = [...UNPACK, varint, zigzag, column, divide]
