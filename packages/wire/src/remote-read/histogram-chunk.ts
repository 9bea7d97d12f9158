import { CUSTOM_BUCKETS_SCHEMA, type NativeHistogram, type ResetHint } from '@weir/model'
import { BitWriter, halvesOf } from './bit-writer.ts'

/**
 * One native histogram as a chunk of Prometheus of its own. Chunks of many save room by telling only
 * what changed; a reader over the network is better served by one that cannot be wrong about resets.
 *
 * ```
 * 2 bytes: 1 · 1 byte: reset hint in the upper two bits
 * layout  zero threshold · schema · positive spans · negative spans · bounds of its own
 * sample  time · count · zero count · sum · buckets: differences of whole numbers, or doubles
 * ```
 *
 * @see prometheus:tsdb/chunkenc/histogram.go, float_histogram.go, histogram_meta.go
 */
export function histogramChunk(timeMs: number, h: NativeHistogram): Uint8Array<ArrayBuffer> {
  const out = new BitWriter()
  out.bits(1, 16)
  out.bits(HINTS[h.resetHint] << 6, 8)
  writeZeroThreshold(out, h.zeroThreshold)
  out.varbitInt(h.schema)
  writeSpans(out, h.positiveSpans)
  writeSpans(out, h.negativeSpans)
  if (h.schema === CUSTOM_BUCKETS_SCHEMA) writeBounds(out, h.customValues)
  out.varbitInt(timeMs)
  if (h.isFloat) {
    for (const value of [h.count, h.zeroCount, h.sum, ...h.positive, ...h.negative]) {
      out.double(value)
    }
  } else {
    out.varbitUint(h.count)
    out.varbitUint(h.zeroCount)
    out.double(h.sum)
    writeDifferences(out, h.positive)
    writeDifferences(out, h.negative)
  }
  return out.bytes
}

const HINTS: Readonly<Record<ResetHint, number>> = {
  unknown: 0b00,
  not_reset: 0b01,
  reset: 0b10,
  gauge: 0b11,
}

/** Powers of two from 2^-243 to 2^10 take a byte, and so does 0. */
function writeZeroThreshold(out: BitWriter, threshold: number): void {
  const [high, low] = halvesOf(threshold)
  const exponent = (high >>> 20) - 1022 // of 0.5 × 2^exponent
  const isPower = low === 0 && (high & 0xfffff) === 0
  if (threshold === 0) {
    out.bits(0, 8)
  } else if (isPower && exponent >= -242 && exponent <= 11) {
    out.bits(exponent + 243, 8)
  } else {
    out.bits(255, 8)
    out.double(threshold)
  }
}

function writeSpans(out: BitWriter, spans: Int32Array): void {
  out.varbitUint(spans.length / 2)
  for (let i = 0; i < spans.length; i += 2) {
    out.varbitUint(spans[i + 1]!)
    out.varbitInt(spans[i]!)
  }
}

const THOUSANDTHS_MAX = 33_554_430

/** Bounds are thousandths most of the time: those as whole numbers from 1 on, others after a zero bit. */
function writeBounds(out: BitWriter, bounds: Float64Array): void {
  out.varbitUint(bounds.length)
  for (const bound of bounds) {
    const thousandths = Math.round(bound * 1000)
    if (bound * 1000 >= 0 && bound * 1000 <= THOUSANDTHS_MAX && thousandths / 1000 === bound) {
      out.varbitUint(thousandths + 1)
    } else {
      out.bits(0, 1)
      out.double(bound)
    }
  }
}

function writeDifferences(out: BitWriter, counts: Float64Array): void {
  let before = 0
  for (const count of counts) {
    out.varbitInt(count - before)
    before = count
  }
}
