/**
 * As much of an assembler for WebAssembly as the kernels of this folder need: the bytes of a module
 * that imports a memory and exports functions. (WebAssembly Core Specification 2.0, chapter 5.)
 */

/** Instructions and their operands. */
export type Code = readonly (number | Code)[]

export const I32 = 0x7f
export const I64 = 0x7e
export const F64 = 0x7c
export const V128 = 0x7b

export interface KernelFunction {
  readonly name: string
  readonly parameters: readonly number[]
  readonly results: readonly number[]
  /** Types of the locals behind the parameters. */
  readonly locals: readonly number[]
  readonly body: Code
}

/** Whole numbers, seven bits a byte; negative ones to the sign. */
function signed(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (;;) {
    const byte = rest & 0x7f
    rest >>= 7
    if ((rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0)) {
      bytes.push(byte)
      return bytes
    }
    bytes.push(byte | 0x80)
  }
}

function unsigned(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  bytes.push(rest)
  return bytes
}

const simd = (opcode: number): number[] => [0xfd, ...unsigned(opcode)]
const access = (opcode: readonly number[], offset: number): number[] => [
  ...opcode,
  0, // no alignment is promised
  ...unsigned(offset),
]

export const RETURN = [0x0f]
export const get = (local: number): number[] => [0x20, local]
export const set = (local: number): number[] => [0x21, local]
export const tee = (local: number): number[] => [0x22, local]
export const getGlobal = (index: number): number[] => [0x23, index]
export const setGlobal = (index: number): number[] => [0x24, index]
export const call = (index: number): number[] => [0x10, index]

export const i32 = (value: number): number[] => [0x41, ...signed(value)]
export const i32Load = (offset = 0): number[] => access([0x28], offset)
export const i32Store = (offset = 0): number[] => access([0x36], offset)
export const i32Load8 = (offset = 0): number[] => access([0x2d], offset)
const I32_IS_ZERO = [0x45]
export const I32_EQUAL = [0x46]
export const I32_LESS = [0x48]
export const I32_GREATER = [0x4a]
export const I32_ADD = [0x6a]
export const I32_SUB = [0x6b]
export const I32_MUL = [0x6c]
export const I32_AND = [0x71]
export const I32_OR = [0x72]
export const I32_SHL = [0x74]
export const I32_SHR = [0x76]
export const SELECT = [0x1b]

export const i64 = (value: number): number[] => [0x42, ...signed(value)]
export const i64Load8 = (offset = 0): number[] => access([0x31], offset)
export const I64_AT_LEAST = [0x59]
export const I64_GREATER = [0x55]
export const I64_ADD = [0x7c]
export const I64_SUB = [0x7d]
export const I64_AND = [0x83]
export const I64_OR = [0x84]
export const I64_XOR = [0x85]
export const I64_SHL = [0x86]
export const I64_SHR = [0x88]
export const I32_FROM_I64 = [0xa7]

export const f64 = (value: number): number[] => [
  0x44,
  ...new Uint8Array(Float64Array.of(value).buffer),
]
export const f64Load = (offset = 0): number[] => access([0x2b], offset)
export const f64Store = (offset = 0): number[] => access([0x39], offset)
export const F64_IS_OTHER = [0x62]
export const F64_GREATER = [0x64]
export const F64_ABS = [0x99]
export const F64_ADD = [0xa0]
export const F64_MUL = [0xa2]
export const F64_FROM_I32 = [0xb7]
export const F64_FROM_I64 = [0xb9]

export const load = (offset = 0): number[] => access(simd(0), offset)
export const store = (offset = 0): number[] => access(simd(11), offset)
export const ZERO = [...simd(12), ...Array.from({ length: 16 }, () => 0)]
/** Four of the eight lanes of 32 bits that two vectors have, by number. */
export const lanes = (...chosen: readonly number[]): number[] => [
  ...simd(13),
  ...chosen.flatMap((lane) => [lane * 4, lane * 4 + 1, lane * 4 + 2, lane * 4 + 3]),
]
export const SWIZZLE = simd(14)
export const I32X4_SPLAT = simd(17)
export const F64X2_SPLAT = simd(20)
export const V128_AND = simd(78)
export const I32X4_SHR = simd(173)
export const I32X4_ADD = simd(174)
export const I32X4_MUL = simd(181)
export const F64X2_ADD = simd(240)
export const F64X2_MUL = simd(242)
export const F64X2_DIV = simd(243)
export const F64X2_FROM_LOW = simd(254)

/** Runs the body at least once, and again as long as the condition holds. */
export const repeat = (body: Code, condition: Code): Code => [
  [0x03, 0x40],
  body,
  condition,
  [0x0d, 0, 0x0b],
]

/** Runs the body as long as the condition holds. */
export const during = (condition: Code, body: Code): Code => [
  [0x02, 0x40, 0x03, 0x40],
  condition,
  [I32_IS_ZERO, [0x0d, 1]], // leaves the outer block
  body,
  [0x0c, 0, 0x0b, 0x0b],
]

export const when = (condition: Code, body: Code, otherwise: Code = []): Code => [
  condition,
  [0x04, 0x40],
  body,
  [0x05],
  otherwise,
  [0x0b],
]

/** `\0asm`, version 1. */
const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]

/**
 * The bytes of a module. Its memory is imported as `kernel.memory`; it has one global of 32 bits. The
 * functions call each other by their place in the list; those without a name are not exported.
 */
export function moduleOf(
  functions: readonly KernelFunction[],
  pages: number,
): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters, results }) => [
    0x60,
    ...vector(parameters),
    ...vector(results),
  ])
  const exported = functions.flatMap(({ name }, i) => (name === '' ? [] : [[...text(name), 0, i]]))
  const bodies = functions.map(({ locals, body }) => {
    const bytes = [...list(locals.map((type) => [1, type])), ...flat(body), 0x0b]
    return [...unsigned(bytes.length), ...bytes]
  })
  const imported = [
    ...text('kernel'),
    ...text('memory'),
    2,
    1,
    ...unsigned(pages),
    ...unsigned(pages),
  ]
  return Uint8Array.from([
    ...HEADER,
    ...section(1, list(types)),
    ...section(2, list([imported])),
    ...section(3, list(functions.map((_, i) => [i]))),
    ...section(6, list([[I32, 1, ...i32(0), 0x0b]])),
    ...section(7, list(exported)),
    ...section(10, list(bodies)),
  ])
}

function flat(code: Code): number[] {
  return code.flatMap((part) => (typeof part === 'number' ? [part] : flat(part)))
}

function section(id: number, bytes: readonly number[]): number[] {
  return [id, ...unsigned(bytes.length), ...bytes]
}

function list(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()]
}

function vector(bytes: readonly number[]): number[] {
  return [...unsigned(bytes.length), ...bytes]
}

function text(name: string): number[] {
  return vector([...new TextEncoder().encode(name)])
}
