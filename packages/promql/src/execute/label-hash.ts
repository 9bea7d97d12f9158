import type { Labels } from '@weir/model'

/**
 * The 64-bit hash that Prometheus makes of labels: xxHash (Yann Collet) over names and values in turn,
 * each with its length before it. `limit_ratio` chooses series by it, so that the same ones are chosen
 * there and here.
 *
 * @see prometheus:model/labels/labels_stringlabels.go
 */
export function labelHash(labels: Labels): bigint {
  const parts: Buffer[] = []
  for (const text of labels.flat) {
    const bytes = Buffer.from(text)
    // Lengths of 255 and more take three bytes behind a byte that says so.
    parts.push(
      bytes.length < 255
        ? Buffer.of(bytes.length)
        : Buffer.of(255, bytes.length & 255, (bytes.length >> 8) & 255, bytes.length >> 16),
      bytes,
    )
  }
  return xxHash64(Buffer.concat(parts))
}

const PRIME_1 = 0x9e3779b185ebca87n
const PRIME_2 = 0xc2b2ae3d27d4eb4fn
const PRIME_3 = 0x165667b19e3779f9n
const PRIME_4 = 0x85ebca77c2b2ae63n
const PRIME_5 = 0x27d4eb2f165667c5n
const STRIPE_BYTES = 32

function wrap(value: bigint): bigint {
  return BigInt.asUintN(64, value)
}

function rotate(value: bigint, by: bigint): bigint {
  return wrap((value << by) | (value >> (64n - by)))
}

function round(state: bigint, lane: bigint): bigint {
  return wrap(rotate(wrap(state + lane * PRIME_2), 31n) * PRIME_1)
}

/** With seed 0. @see https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md */
export function xxHash64(bytes: Buffer): bigint {
  let at = 0
  let hash: bigint
  if (bytes.length >= STRIPE_BYTES) {
    const lanes = [wrap(PRIME_1 + PRIME_2), PRIME_2, 0n, wrap(-PRIME_1)]
    for (; at + STRIPE_BYTES <= bytes.length; at += STRIPE_BYTES) {
      for (let i = 0; i < lanes.length; i++) {
        lanes[i] = round(lanes[i]!, bytes.readBigUInt64LE(at + i * 8))
      }
    }
    hash =
      rotate(lanes[0]!, 1n) +
      rotate(lanes[1]!, 7n) +
      rotate(lanes[2]!, 12n) +
      rotate(lanes[3]!, 18n)
    for (const lane of lanes) hash = wrap((wrap(hash) ^ round(0n, lane)) * PRIME_1 + PRIME_4)
  } else hash = PRIME_5
  hash = wrap(hash + BigInt(bytes.length))
  for (; at + 8 <= bytes.length; at += 8) {
    hash ^= round(0n, bytes.readBigUInt64LE(at))
    hash = wrap(rotate(hash, 27n) * PRIME_1 + PRIME_4)
  }
  if (at + 4 <= bytes.length) {
    hash ^= wrap(BigInt(bytes.readUInt32LE(at)) * PRIME_1)
    hash = wrap(rotate(hash, 23n) * PRIME_2 + PRIME_3)
    at += 4
  }
  for (; at < bytes.length; at++) {
    hash = wrap(rotate(hash ^ wrap(BigInt(bytes[at]!) * PRIME_5), 11n) * PRIME_1)
  }
  hash = wrap((hash ^ (hash >> 33n)) * PRIME_2)
  hash = wrap((hash ^ (hash >> 29n)) * PRIME_3)
  return hash ^ (hash >> 32n)
}
