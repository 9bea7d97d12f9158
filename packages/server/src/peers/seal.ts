import { createHmac, timingSafeEqual } from 'node:crypto'
import { WeirError } from '@weir/model'
import { z } from 'zod'

/**
 * A message between peers and the proof that its sender knows the secret: an HMAC-SHA-256 of the text. The
 * secret itself never travels. An answer is proven together with the proof of what it answers, so that
 * no old answer passes for it. Messages that are played again say nothing new: of each thing the newest counts.
 */
export interface Sealed {
  readonly message: string
  readonly proof: string
}

export const sealed = z.object({ message: z.string(), proof: z.string().max(128) })

/** @param to the proof of what is answered */
export function seal(message: unknown, secret: string, to = ''): Sealed {
  const text = JSON.stringify(message)
  return { message: text, proof: secret === '' ? '' : proofOf(text, secret, to) }
}

/** @throws {WeirError} `PEER_REFUSED`, `PEER_MESSAGE` */
export function unseal({ message, proof }: Sealed, secret: string, to = ''): unknown {
  if (secret !== '' && !isSame(proof, proofOf(message, secret, to))) {
    throw new WeirError(
      'PEER_REFUSED',
      'Cannot take a message as one of a peer: want the same notifications.peer_secret on both sides',
    )
  }
  try {
    return JSON.parse(message)
  } catch {
    throw new WeirError('PEER_MESSAGE', 'Cannot understand a peer: its message is no JSON')
  }
}

function proofOf(text: string, secret: string, to: string): string {
  return createHmac('sha256', secret).update(`${to}\n${text}`).digest('hex')
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}
