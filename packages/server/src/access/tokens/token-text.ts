import { createHash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

/**
 * How a token is written: `weir_<id>_<secret><checksum>`.
 *
 * - `weir_` and the fixed lengths let a scanner for leaked secrets find it in any text, and the checksum (CRC-32
 *   of all before it) lets the scanner be sure without asking anybody.
 * - the id, 10 letters and digits, is no secret: it is shown in lists, and finds the token in the store.
 * - the secret is 32 random bytes as 43 letters and digits, so that a double click selects the whole.
 *
 * Of the text only a SHA-256 is kept. Password hashes such as bcrypt are slow on purpose, because passwords can be
 * guessed; 256 random bits cannot, so a fast hash loses nothing, and a token can be checked with each request.
 */
export interface TokenText {
  readonly id: string
  readonly text: string
}

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ID_CHARS = 10
const SECRET_CHARS = 43
const CHECK_CHARS = 6

const TOKEN = /^weir_([0-9a-z]{10})_[0-9A-Za-z]{49}$/

/** A token that nobody has seen before. */
export function freshToken(): TokenText {
  const id = randomBytes(7).readUIntBE(1, 6).toString(36).padStart(ID_CHARS, '0').slice(-ID_CHARS)
  const secret = inDigits(BigInt(`0x${randomBytes(32).toString('hex')}`), SECRET_CHARS)
  const head = `weir_${id}_${secret}`
  return { id, text: head + checksum(head) }
}

/** The id of what is written as a token; undefined for anything else, and where a character is wrong. */
export function tokenIdOf(text: string): string | undefined {
  const id = TOKEN.exec(text)?.[1]
  const head = text.slice(0, -CHECK_CHARS)
  return id !== undefined && text.endsWith(checksum(head)) ? id : undefined
}

/** What is kept of a token. */
export function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function checksum(head: string): string {
  return inDigits(BigInt(crc32(head)), CHECK_CHARS)
}

function inDigits(value: bigint, length: number): string {
  let text = ''
  for (let rest = value; rest > 0n; rest /= 62n) text = DIGITS[Number(rest % 62n)]! + text
  return text.padStart(length, '0')
}
