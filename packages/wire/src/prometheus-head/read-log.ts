/**
 * Records of a segment of Prometheus's write-ahead log (`wal`, its checkpoints, `wbl`): pages of 32 KiB, in which a
 * record that does not fit goes on in the next one.
 *
 * ```
 * │ kind · length · CRC-32C · bytes │ kind · … │ 0 0 0 0 │   a page; zeros fill what is left of it
 *   kind    three bits: 1 whole, 2 first, 3 middle, 4 last part · a bit for snappy · a bit for zstd
 * ```
 *
 * What is damaged ends its page: lengths behind it cannot be believed. The next page that begins a record goes on,
 * where Prometheus itself throws away all that follows.
 *
 * @see prometheus:tsdb/docs/format/wal.md
 */
import { crc32c } from '../remote-read/crc32c.ts'
import { SNAPPY_SLACK, snappyHead, unpackSnappy } from '../snappy/decode.ts'
import { type ReadAt, damaged, uint32 } from '../prometheus-block/damage.ts'
import { unpackZstd } from '../zstd/decode.ts'

const PAGE_BYTES = 32 * 1024
const HEAD_BYTES = 7
const SNAPPY = 8
const ZSTD = 16

const WHOLE = 1
const FIRST = 2
const LAST = 4

/** A scrape of a million series has some 30 MB. */
const RECORD_BYTES_MAX = 2 ** 28

/**
 * All records, unpacked; each is good until the next one is asked for.
 *
 * @param onDamage hears of what is left out, by what and where
 * @returns whether the segment breaks off within a record, as the last one does when Prometheus was killed
 */
export function* readLog(
  read: ReadAt,
  size: number,
  onDamage: (error: unknown) => void,
): Generator<Uint8Array, boolean> {
  const record = new Parts()
  for (let pageAt = 0; pageAt < size; pageAt += PAGE_BYTES) {
    const page = new Uint8Array(read(pageAt, PAGE_BYTES)) // a copy: parts of it outlive the next read
    const isLast = pageAt + PAGE_BYTES >= size
    for (let at = 0; at < page.length;) {
      if ((page[at]! & 7) === 0) {
        if (page.subarray(at).some((byte) => byte !== 0)) {
          record.drop()
          onDamage(damaged(`something at ${pageAt + at} where nothing should be`))
        }
        break
      }
      const end = at + HEAD_BYTES + (((page[at + 1] ?? 0) << 8) | (page[at + 2] ?? 0))
      if (at + HEAD_BYTES > page.length || end > page.length) {
        if (isLast && page.length < PAGE_BYTES) return true
        record.drop()
        onDamage(damaged(`a record at ${pageAt + at} that is longer than its page`))
        break
      }
      const part = page.subarray(at + HEAD_BYTES, end)
      if (crc32c(part) !== uint32(page, at + 3)) {
        record.drop()
        onDamage(damaged(`a record at ${pageAt + at} with a wrong checksum`))
        break
      }
      try {
        const whole = record.add(page[at]!, part)
        if (whole !== undefined) yield whole
      } catch (error) {
        onDamage(damaged(`a record at ${pageAt + at}: ${(error as Error).message}`))
      }
      at = end
    }
  }
  return record.isOpen
}

/** Puts a record together from its parts. */
class Parts {
  #parts: Uint8Array[] = []
  #bytes = 0
  /** Whether what comes belongs to a record of which something is missing. */
  #isSkipping = false

  get isOpen(): boolean {
    return this.#parts.length > 0
  }

  /** What was read of a record is of no use. */
  drop(): void {
    this.#parts = []
    this.#bytes = 0
    this.#isSkipping = true
  }

  /** @returns the record, when this was the last part of it @throws {WeirError} `IMPORT_DAMAGED` */
  add(head: number, part: Uint8Array): Uint8Array | undefined {
    const kind = head & 7
    const isBeginning = kind === WHOLE || kind === FIRST
    if (isBeginning) {
      const wasOpen = this.isOpen
      this.#parts = []
      this.#bytes = 0
      this.#isSkipping = false
      if (wasOpen) throw damaged('it begins within another one')
    } else {
      if (this.#isSkipping) return undefined
      if (!this.isOpen || kind > LAST) {
        this.drop()
        throw damaged(kind > LAST ? `a part of kind ${kind}` : 'its beginning is missing')
      }
    }
    this.#parts.push(part)
    this.#bytes += part.length
    if (this.#bytes > RECORD_BYTES_MAX) {
      this.drop()
      throw damaged(`it has more than ${RECORD_BYTES_MAX} bytes`)
    }
    if (kind !== WHOLE && kind !== LAST) return undefined
    const packed = this.#parts.length === 1 ? part : Buffer.concat(this.#parts)
    this.#parts = []
    this.#bytes = 0
    return unpacked(head, packed)
  }
}

function unpacked(head: number, packed: Uint8Array): Uint8Array {
  if ((head & SNAPPY) !== 0) {
    const text = snappyHead(packed)
    if (text === undefined || text.textBytes > RECORD_BYTES_MAX) throw damaged('it is no snappy')
    const target = new Uint8Array(text.textBytes + SNAPPY_SLACK)
    if (!unpackSnappy(packed, text, target)) throw damaged('it is no snappy')
    return target.subarray(0, text.textBytes)
  }
  if ((head & ZSTD) === 0) return packed
  const bytes = unpackZstd(packed, RECORD_BYTES_MAX)
  if (bytes === undefined) throw damaged('it is no zstd')
  return bytes
}
