import { isUtf8 } from 'node:buffer'

/**
 * Remote write read slowly and plainly: every field becomes an object first, every number a BigInt.
 * What the readers of this folder must agree with, whatever the bytes.
 */

/** A request as lines of text, sorted as they came; undefined when it is malformed. */
export interface Twin {
  /** `name value …: time bits-of-value`. */
  readonly samples: readonly string[]
  /** `name value …: time sum count`, numbers cut to 12 digits. */
  readonly histograms: readonly string[]
  /** `name value …: time bits-of-value labels`. */
  readonly exemplars: readonly string[]
  /** Whether a series was refused by itself: a reader may or may not see that its inside is malformed. */
  readonly isPartUnread?: true
}

type Field = { readonly number: number } & (
  | { readonly kind: 'varint'; readonly value: bigint }
  | { readonly kind: 'fixed64' | 'fixed32' | 'bytes'; readonly bytes: Uint8Array }
)

class Malformed extends Error {}

/** In place of the labels of a series that are not all UTF-8. */
export const NO_UTF8 = 'no UTF-8'

function fieldsOf(bytes: Uint8Array): Field[] {
  const fields: Field[] = []
  let at = 0
  const varint = (bytesMax: number): bigint => {
    let value = 0n
    for (let i = 0; i < bytesMax; i++) {
      if (at >= bytes.length) throw new Malformed()
      const byte = bytes[at++]!
      value |= BigInt(byte & 0x7f) << BigInt(7 * i)
      if (byte < 0x80) return value
    }
    throw new Malformed()
  }
  const small = (): number => {
    const value = varint(5)
    if (value >= 2n ** 32n) throw new Malformed()
    return Number(value)
  }
  const take = (count: number): Uint8Array => {
    if (count > bytes.length - at) throw new Malformed()
    at += count
    return bytes.subarray(at - count, at)
  }
  while (at < bytes.length) {
    const tag = small()
    const number = tag >>> 3
    if (number === 0) throw new Malformed()
    switch (tag & 7) {
      case 0:
        fields.push({ number, kind: 'varint', value: BigInt.asUintN(64, varint(10)) })
        break
      case 1:
        fields.push({ number, kind: 'fixed64', bytes: take(8) })
        break
      case 2:
        fields.push({ number, kind: 'bytes', bytes: take(small()) })
        break
      case 5:
        fields.push({ number, kind: 'fixed32', bytes: take(4) })
        break
      default:
        throw new Malformed()
    }
  }
  return fields
}

/** The payloads of a field that must be bytes. */
function messages(fields: readonly Field[], number: number): Uint8Array[] {
  return fields.flatMap((field) => {
    if (field.number !== number) return []
    if (field.kind !== 'bytes') throw new Malformed()
    return [field.bytes]
  })
}

/** The last value of a field that must be a varint, as a signed number. */
function int(fields: readonly Field[], number: number): number {
  let value = 0n
  for (const field of fields) {
    if (field.number !== number) continue
    if (field.kind !== 'varint') throw new Malformed()
    value = field.value
  }
  return Number(BigInt.asIntN(64, value))
}

/** The last value of a field that must be a double, as its bits. */
function bits(fields: readonly Field[], number: number): string {
  let value = '0000000000000000'
  for (const field of fields) {
    if (field.number !== number) continue
    if (field.kind !== 'fixed64') throw new Malformed()
    value = Buffer.from(field.bytes).reverse().toString('hex')
  }
  return value
}

const doubleOf = (hex: string): number => Buffer.from(hex, 'hex').readDoubleBE()
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')

function joined(texts: readonly Uint8Array[]): string {
  return texts.every((each) => isUtf8(each)) ? texts.map(text).join(' ') : NO_UTF8
}

function sampleLine(message: Uint8Array): string {
  const fields = fieldsOf(message)
  return `${int(fields, 2)} ${bits(fields, 1)}`
}

/** Kinds that fields 1 … 16 of a histogram may have. */
const HISTOGRAM: readonly (readonly Field['kind'][])[] = [
  [],
  ['varint'],
  ['fixed64'],
  ['fixed64'],
  ['varint'],
  ['fixed64'],
  ['varint'],
  ['fixed64'],
  ['bytes'],
  ['bytes', 'varint'],
  ['bytes', 'fixed64'],
  ['bytes'],
  ['bytes', 'varint'],
  ['bytes', 'fixed64'],
  ['varint'],
  ['varint'],
  ['bytes', 'fixed64'],
]

function histogramLine(message: Uint8Array): string {
  const fields = fieldsOf(message)
  for (const field of fields) {
    const kinds = HISTOGRAM[field.number]
    if (kinds !== undefined && !kinds.includes(field.kind)) throw new Malformed()
    if (field.kind !== 'bytes') continue
    if (field.number === 8 || field.number === 11) {
      const span = fieldsOf(field.bytes)
      int(span, 1)
      int(span, 2)
    }
    if (field.number === 9 || field.number === 12) packedVarints(field.bytes)
    if ([10, 13, 16].includes(field.number) && field.bytes.length % 8 !== 0) throw new Malformed()
  }
  const counts = fields.filter(({ number }) => number === 1 || number === 2)
  const last = counts.at(-1)
  const count =
    last === undefined
      ? 0
      : last.kind === 'varint'
        ? Number(last.value)
        : doubleOf(bits([last], last.number))
  const sum = doubleOf(bits(fields, 3))
  return `${int(fields, 15)} ${sum.toPrecision(12)} ${count.toPrecision(12)}`
}

function packedVarints(bytes: Uint8Array): bigint[] {
  // As fields without tags: put one before each.
  const values: bigint[] = []
  for (let at = 0; at < bytes.length;) {
    let end = at
    while (end < bytes.length && bytes[end]! >= 0x80) end++
    if (end >= bytes.length || end - at >= 10) throw new Malformed()
    const [field] = fieldsOf(Uint8Array.of(0x08, ...bytes.subarray(at, end + 1)))
    if (field?.kind === 'varint') values.push(field.value)
    at = end + 1
  }
  return values
}

function labelsV1(fields: readonly Field[]): Uint8Array[] {
  const pairs = messages(fields, 1).flatMap((label) => {
    const parts = fieldsOf(label)
    return [1, 2].map((number) => messages(parts, number).at(-1) ?? new Uint8Array())
  })
  return pairs
}

export function twinV1(bytes: Uint8Array): Twin | undefined {
  return guarded((out) => {
    const request = fieldsOf(bytes)
    for (const message of messages(request, 1)) {
      const series = fieldsOf(message)
      const labels = joined(labelsV1(series))
      for (const sample of messages(series, 2)) out.samples.push(`${labels}: ${sampleLine(sample)}`)
      for (const exemplar of messages(series, 3)) {
        const fields = fieldsOf(exemplar)
        const line = `${int(fields, 3)} ${bits(fields, 2)} ${labelsV1(fields).map(text).join(' ')}`
        out.exemplars.push(`${labels}: ${line}`)
      }
      for (const one of messages(series, 4)) out.histograms.push(`${labels}: ${histogramLine(one)}`)
    }
    for (const message of messages(request, 3)) checkMetadata(message, [2, 4, 5], [1])
  })
}

export function twinV2(bytes: Uint8Array): Twin | undefined {
  return guarded((out) => {
    const request = fieldsOf(bytes)
    const symbols = messages(request, 4)
    for (const message of messages(request, 5)) {
      const series = fieldsOf(message)
      const labels = namesOf(refsOf(series), symbols)
      if (labels === undefined) {
        out.isPartUnread = true
        continue
      }
      const samples = messages(series, 2).map(sampleLine)
      const histograms = messages(series, 3).map(histogramLine)
      const exemplars = messages(series, 4).map((exemplar) => {
        const fields = fieldsOf(exemplar)
        const named = namesOf(refsOf(fields), symbols)
        const line = `${int(fields, 3)} ${bits(fields, 2)}`
        return named === undefined || named === NO_UTF8 ? undefined : `${line} ${named}`
      })
      for (const about of messages(series, 5)) checkMetadata(about, [], [1, 3, 4])
      out.samples.push(...samples.map((line) => `${labels}: ${line}`))
      out.histograms.push(...histograms.map((line) => `${labels}: ${line}`))
      for (const line of exemplars) if (line !== undefined) out.exemplars.push(`${labels}: ${line}`)
    }
  })
}

function checkMetadata(
  message: Uint8Array,
  texts: readonly number[],
  ints: readonly number[],
): void {
  const fields = fieldsOf(message)
  for (const number of texts) messages(fields, number)
  for (const number of ints) int(fields, number)
}

function refsOf(fields: readonly Field[]): bigint[] {
  return fields.flatMap((field) => {
    if (field.number !== 1) return []
    if (field.kind === 'varint') return [field.value]
    if (field.kind !== 'bytes') throw new Malformed()
    return packedVarints(field.bytes)
  })
}

function namesOf(refs: readonly bigint[], symbols: readonly Uint8Array[]): string | undefined {
  if (refs.length % 2 === 1) return undefined
  const found = refs.map((ref) => symbols[Number(ref)])
  if (found.some((symbol) => symbol === undefined)) return undefined
  return joined(found.map((symbol) => symbol!))
}

function guarded(
  fill: (out: {
    samples: string[]
    histograms: string[]
    exemplars: string[]
    isPartUnread?: true
  }) => void,
): Twin | undefined {
  const out = { samples: [], histograms: [], exemplars: [] }
  try {
    fill(out)
    return out
  } catch (error) {
    if (error instanceof Malformed) return undefined
    throw error
  }
}
