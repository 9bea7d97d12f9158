/**
 * As much of the tar format as a backup needs: ustar headers of files, in 512 bytes each, so that any
 * tar reads what is written here (POSIX.1-2001, "ustar Interchange Format"). A file of 8 GiB or more has
 * its size in base 256, as GNU tar writes it; a path that does not fit comes in a pax header before it.
 *
 *     [pax header, path]  header  content, padded to 512  …  two blocks of zeros
 */
export const BLOCK_BYTES = 512

/** The greatest size that eleven octal digits hold. */
const OCTAL_MAX = 8 ** 11 - 1

const FIELDS = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  magic: [257, 8],
  prefix: [345, 155],
} as const

type Field = keyof typeof FIELDS

/** What a header says. */
export interface TarHeader {
  /** Relative, with `/`. */
  readonly path: string
  readonly bytes: number
  readonly mtimeMs: number
  /** `0`: a file; `x`: its content names the path of the next one. */
  readonly type: string
}

/** The header of a file, with a pax header before it where the path wants one. */
export function tarHeader(path: string, bytes: number, mtimeMs: number): Uint8Array {
  if (Buffer.byteLength(path) <= FIELDS.name[1]) return header({ path, bytes, mtimeMs, type: '0' })
  const record = paxRecord('path', path)
  const name = `pax/${path.slice(-40).replaceAll(/[^\w.-]/g, '_')}`
  return Buffer.concat([
    header({ path: name, bytes: record.length, mtimeMs, type: 'x' }),
    record,
    padding(record.length),
    header({ path: name, bytes, mtimeMs, type: '0' }),
  ])
}

/** Zeros up to the next block. */
export function padding(bytes: number): Uint8Array {
  return new Uint8Array((BLOCK_BYTES - (bytes % BLOCK_BYTES)) % BLOCK_BYTES)
}

/** What stands at the end of every tar. */
export const TAR_END: Uint8Array = new Uint8Array(2 * BLOCK_BYTES)

/** Reads a header; undefined for a block of zeros, which ends a tar, `'damaged'` for what is none. */
export function readTarHeader(block: Buffer): TarHeader | 'damaged' | undefined {
  if (block.every((byte) => byte === 0)) return undefined
  if (!text(block, 'magic').startsWith('ustar')) return 'damaged'
  if (octal(block, 'checksum') !== checksumOf(block)) return 'damaged'
  const prefix = text(block, 'prefix')
  const name = text(block, 'name')
  const bytes = sizeOf(block)
  if (!Number.isSafeInteger(bytes) || bytes < 0) return 'damaged'
  return {
    path: prefix === '' ? name : `${prefix}/${name}`,
    bytes,
    mtimeMs: octal(block, 'mtime') * 1000,
    type: text(block, 'type') || '0',
  }
}

/** The path in a pax header's content; undefined when it names none. */
export function paxPath(content: Buffer): string | undefined {
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at)
    const length = Number(content.toString('latin1', at, space))
    if (space < 0 || !Number.isInteger(length) || length <= 0) return undefined
    const record = content.toString('utf8', space + 1, at + length - 1)
    if (record.startsWith('path=')) return record.slice('path='.length)
    at += length
  }
  return undefined
}

function header({ path, bytes, mtimeMs, type }: TarHeader): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES)
  block.write(path, ...FIELDS.name, 'utf8')
  writeOctal(block, 'mode', 0o600)
  writeOctal(block, 'uid', 0)
  writeOctal(block, 'gid', 0)
  if (bytes <= OCTAL_MAX) writeOctal(block, 'size', bytes)
  else {
    block[FIELDS.size[0]] = 0x80
    block.writeBigUInt64BE(BigInt(bytes), FIELDS.size[0] + 4)
  }
  writeOctal(block, 'mtime', Math.max(0, Math.floor(mtimeMs / 1000)))
  block.write(type, ...FIELDS.type, 'latin1')
  block.write('ustar\u000000', ...FIELDS.magic, 'latin1')
  const [from] = FIELDS.checksum
  block.write(`${checksumOf(block).toString(8).padStart(6, '0')}\0 `, from, 'latin1')
  return block
}

/** The sum of all bytes, its own field read as spaces. */
function checksumOf(block: Buffer): number {
  const [from, length] = FIELDS.checksum
  let sum = 0
  for (let at = 0; at < BLOCK_BYTES; at++) {
    sum += at >= from && at < from + length ? 0x20 : block[at]!
  }
  return sum
}

function writeOctal(block: Buffer, field: Field, value: number): void {
  const [from, length] = FIELDS[field]
  block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, from, 'latin1')
}

function octal(block: Buffer, field: Field): number {
  const digits = text(block, field).trim()
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN
}

function sizeOf(block: Buffer): number {
  const [from] = FIELDS.size
  if (block[from] !== 0x80) return octal(block, 'size')
  return Number(block.readBigUInt64BE(from + 4))
}

function text(block: Buffer, field: Field): string {
  const [from, length] = FIELDS[field]
  const bytes = block.subarray(from, from + length)
  const end = bytes.indexOf(0)
  return bytes.toString('utf8', 0, end < 0 ? length : end)
}

/** `LENGTH path=VALUE\n`, where the length counts itself. */
function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.byteLength(` ${key}=${value}\n`)
  let length = rest + String(rest).length
  if (rest + String(length).length > length) length++
  return Buffer.from(`${length} ${key}=${value}\n`)
}
