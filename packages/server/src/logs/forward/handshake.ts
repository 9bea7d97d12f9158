import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { MsgpackCut, MsgpackReader, encodeMsgpack } from '@weir/wire'

/** What senders must know. */
export interface ForwardSecurity {
  readonly sharedKey: string
  readonly users: ReadonlyMap<string, string>
  readonly selfHostname: string
}

/** What to answer to a PING. */
export interface Pong {
  readonly bytes: Uint8Array
  /** Why the sender was not let in; undefined when it was. */
  readonly refused: string | undefined
}

const SALT_BYTES = 16

/**
 * The server's side of the handshake of fluentd's forward protocol: both prove that they know the key
 * without saying it.
 *
 *     server: HELO with a nonce, and a salt where users are wanted
 *     client: PING, H(its salt + its name + nonce + key), user, H(auth salt + user + password)
 *     server: PONG, H(client's salt + server's name + nonce + key)
 *
 * H is SHA-512 in hexadecimal.
 *
 * @see https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1#authentication
 */
export class Handshake {
  readonly #security: ForwardSecurity
  readonly #nonce: Uint8Array
  readonly #auth: Uint8Array

  constructor(security: ForwardSecurity, random: (bytes: number) => Uint8Array = randomBytes) {
    this.#security = security
    this.#nonce = random(SALT_BYTES)
    this.#auth = security.users.size > 0 ? random(SALT_BYTES) : new Uint8Array(0)
  }

  helo(): Uint8Array {
    return encodeMsgpack(['HELO', { nonce: this.#nonce, auth: this.#auth, keepalive: true }])
  }

  answer(message: Uint8Array): Pong {
    const ping = readPing(message)
    if (ping === undefined) return refusal('invalid ping message')
    const { sharedKey, users, selfHostname } = this.#security
    const proof = sha512(ping.salt, ping.hostname, this.#nonce, sharedKey)
    if (!isEqual(proof, ping.digest)) return refusal('shared_key mismatch')
    if (users.size > 0) {
      const password = users.get(ping.username.toString())
      // Unknown ones cost as much as known ones.
      const wanted = sha512(this.#auth, ping.username, password ?? randomBytes(SALT_BYTES))
      if (!isEqual(wanted, ping.password)) return refusal('username/password mismatch')
    }
    const own = sha512(ping.salt, selfHostname, this.#nonce, sharedKey)
    return { bytes: encodeMsgpack(['PONG', true, '', selfHostname, own]), refused: undefined }
  }
}

function refusal(reason: string): Pong {
  return { bytes: encodeMsgpack(['PONG', false, reason, '', '']), refused: reason }
}

function sha512(...parts: readonly (Uint8Array | string)[]): string {
  const hash = createHash('sha512')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

function isEqual(wanted: string, given: Buffer): boolean {
  const bytes = Buffer.from(wanted)
  return bytes.length === given.length && timingSafeEqual(bytes, given)
}

interface Ping {
  readonly hostname: Buffer
  readonly salt: Buffer
  readonly digest: Buffer
  readonly username: Buffer
  readonly password: Buffer
}

function readPing(message: Uint8Array): Ping | undefined {
  try {
    const reader = new MsgpackReader(message)
    if (reader.kind() !== 'array' || reader.length() !== 6) return undefined
    const parts: Buffer[] = []
    for (let i = 0; i < 6; i++) {
      if (reader.kind() !== 'raw') return undefined
      parts.push(Buffer.from(reader.raw()))
    }
    const [kind, hostname, salt, digest, username, password] = parts as [
      Buffer,
      ...[Buffer, Buffer, Buffer, Buffer, Buffer],
    ]
    if (kind.toString() !== 'PING') return undefined
    return { hostname, salt, digest, username, password }
  } catch (error) {
    if (error instanceof MsgpackCut) return undefined
    throw error
  }
}
