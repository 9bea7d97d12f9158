import type { NativeHistogram } from '@weir/model'
import { RESET_HINTS } from '@weir/model'
import { LENGTH } from '../protobuf/reader.ts'
import { ProtoWriter, varintBytes, zigzagOf } from '../protobuf/writer.ts'

/** A series with what a request sends of it. */
export interface SentSeries {
  /** `name, value, …` in the order in which they go out. */
  readonly labels: readonly string[]
  readonly samples?: readonly (readonly [timeMs: number, value: number])[]
  readonly histograms?: readonly (readonly [timeMs: number, histogram: NativeHistogram])[]
  readonly exemplars?: readonly {
    readonly labels: readonly string[]
    readonly value: number
    readonly timeMs: number
  }[]
}

interface SentMetadata {
  readonly type: number
  readonly name: string
  readonly help: string
  readonly unit: string
}

/** A `prometheus.WriteRequest`, zeros left out as proto3 wants it. */
export function encodeWriteRequestV1(
  series: readonly SentSeries[],
  metadata: readonly SentMetadata[] = [],
): Uint8Array<ArrayBuffer> {
  const request = new ProtoWriter()
  for (const sent of series) {
    request.message(1, (out) => {
      writePairs(out, 1, sent.labels)
      for (const [timeMs, value] of sent.samples ?? []) writeSample(out, 2, timeMs, value)
      for (const exemplar of sent.exemplars ?? []) {
        out.message(3, (inner) => {
          writePairs(inner, 1, exemplar.labels)
          inner.double(2, exemplar.value).int(3, exemplar.timeMs)
        })
      }
      for (const [timeMs, histogram] of sent.histograms ?? []) {
        out.message(4, (inner) => writeHistogram(inner, timeMs, histogram))
      }
    })
  }
  for (const { type, name, help, unit } of metadata) {
    request.message(3, (out) => out.int(1, type).text(2, name).text(4, help).text(5, unit))
  }
  return request.bytes.slice()
}

/** The same as `io.prometheus.write.v2.Request`. Metadata belongs to a series there: `about[i]` to `series[i]`. */
export function encodeWriteRequestV2(
  series: readonly SentSeries[],
  about: readonly (Omit<SentMetadata, 'name'> | undefined)[] = [],
): Uint8Array<ArrayBuffer> {
  const symbols = new Map<string, number>([['', 0]])
  const ref = (text: string): number => {
    const known = symbols.get(text)
    if (known !== undefined) return known
    symbols.set(text, symbols.size)
    return symbols.size - 1
  }
  const writeRefs = (out: ProtoWriter, texts: readonly string[]): void => {
    const refs = new ProtoWriter()
    for (const text of texts) refs.varint(ref(text))
    out.raw(1, refs.bytes)
  }
  const all = new ProtoWriter()
  for (const [i, sent] of series.entries()) {
    all.message(5, (out) => {
      writeRefs(out, sent.labels)
      for (const [timeMs, value] of sent.samples ?? []) writeSample(out, 2, timeMs, value)
      for (const [timeMs, histogram] of sent.histograms ?? []) {
        out.message(3, (inner) => writeHistogram(inner, timeMs, histogram))
      }
      for (const exemplar of sent.exemplars ?? []) {
        out.message(4, (inner) => {
          writeRefs(inner, exemplar.labels)
          inner.double(2, exemplar.value).int(3, exemplar.timeMs)
        })
      }
      const told = about[i]
      if (told === undefined) return
      out.message(5, (inner) =>
        inner.int(1, told.type).int(3, ref(told.help)).int(4, ref(told.unit)),
      )
    })
  }
  const request = new ProtoWriter()
  for (const symbol of symbols.keys()) request.text(4, symbol)
  return request.append(all.bytes).bytes.slice()
}

/** A field with a `Sample`; zeros are left out. Answers have millions, so none is a message by itself first. */
export function writeSample(out: ProtoWriter, field: number, timeMs: number, value: number): void {
  const hasValue = !Object.is(value, 0)
  const bytes = (hasValue ? 9 : 0) + (timeMs === 0 ? 0 : 1 + varintBytes(timeMs))
  out.tag(field, LENGTH).varint(bytes)
  if (hasValue) out.double(1, value)
  if (timeMs !== 0) out.int(2, timeMs)
}

/** Labels, a message each. */
export function writePairs(out: ProtoWriter, field: number, pairs: readonly string[]): void {
  for (let i = 0; i < pairs.length; i += 2) {
    out.message(field, (label) => label.text(1, pairs[i]!).text(2, pairs[i + 1]!))
  }
}

export function writeHistogram(out: ProtoWriter, timeMs: number, h: NativeHistogram): void {
  if (h.isFloat) out.double(2, h.count)
  else out.int(1, h.count)
  out.double(3, h.sum).zigzag(4, h.schema).double(5, h.zeroThreshold)
  if (h.isFloat) out.double(7, h.zeroCount)
  else out.int(6, h.zeroCount)
  writeSide(out, 8, { spans: h.negativeSpans, counts: h.negative, isFloat: h.isFloat })
  writeSide(out, 11, { spans: h.positiveSpans, counts: h.positive, isFloat: h.isFloat })
  out.int(14, RESET_HINTS.indexOf(h.resetHint)).int(15, timeMs)
  writeDoubles(out, 16, h.customValues)
}

function writeSide(
  out: ProtoWriter,
  field: number,
  side: { readonly spans: Int32Array; readonly counts: Float64Array; readonly isFloat: boolean },
): void {
  for (let i = 0; i < side.spans.length; i += 2) {
    out.message(field, (span) => span.zigzag(1, side.spans[i]!).int(2, side.spans[i + 1]!))
  }
  if (side.isFloat) {
    writeDoubles(out, field + 2, side.counts)
    return
  }
  const deltas = new ProtoWriter()
  let before = 0
  for (const count of side.counts) {
    deltas.varint(zigzagOf(count - before))
    before = count
  }
  if (deltas.length > 0) out.raw(field + 1, deltas.bytes)
}

function writeDoubles(out: ProtoWriter, field: number, numbers: Float64Array): void {
  if (numbers.length === 0) return
  out.tag(field, LENGTH).varint(numbers.length * 8)
  out.append(new Uint8Array(Float64Array.from(numbers).buffer))
}
