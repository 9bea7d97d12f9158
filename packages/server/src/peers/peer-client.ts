import type { PeerDoor } from '@weir/alerting'
import { HttpClient, secretOf } from '@weir/fetch'
import { WeirError } from '@weir/model'
import type { WeirConfig } from '../config/weir-config.ts'
import { seal, sealed, unseal } from './seal.ts'

export const PEER_PATH = '/api/weir/v1/peers/exchange'

/** How long a peer may take to answer. */
const TIMEOUT_MS = 10_000
const CONNECT_TIMEOUT_MS = 5000
const ANSWER_BYTES_MAX = 64 * 2 ** 20

type PeerConfig = Pick<
  WeirConfig['notifications'],
  'peers' | 'peer_secret' | 'peer_secret_file' | 'peer_http_config'
>

/** Reaches other Weirs by HTTP. */
export class PeerClient implements AsyncDisposable {
  readonly #config: PeerConfig
  readonly #client: HttpClient

  private constructor(config: PeerConfig, client: HttpClient) {
    this.#config = config
    this.#client = client
  }

  /** @throws {WeirError} `FETCH_FAILED` when a certificate cannot be read */
  static async open(config: PeerConfig): Promise<PeerClient> {
    const options = { what: 'peer', connectTimeoutMs: CONNECT_TIMEOUT_MS }
    return new PeerClient(config, await HttpClient.open(config.peer_http_config, options))
  }

  doors(): PeerDoor[] {
    return this.#config.peers.map((address) => ({
      address,
      ask: (message, signal) => this.#ask(address, message, signal),
    }))
  }

  async #ask(address: string, message: object, signal: AbortSignal): Promise<unknown> {
    const secret = await peerSecret(this.#config)
    const question = seal(message, secret)
    const late = AbortSignal.timeout(TIMEOUT_MS)
    try {
      const reply = await this.#client.request(address.replace(/\/+$/, '') + PEER_PATH, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(question),
        signal: AbortSignal.any([signal, late]),
      })
      const text = Buffer.from(await reply.bytes(ANSWER_BYTES_MAX)).toString()
      if (reply.status !== 200) throw failed(`it answered ${reply.status}${reasonIn(text)}`)
      return unseal(readSealed(text), secret, question.proof)
    } catch (cause) {
      if (late.aborted && !signal.aborted) throw failed(`no answer within ${TIMEOUT_MS / 1000} s`)
      throw cause
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]()
  }
}

/** @throws {WeirError} `FETCH_FAILED` when its file cannot be read */
export async function peerSecret({
  peer_secret: secret,
  peer_secret_file: file,
}: Pick<PeerConfig, 'peer_secret' | 'peer_secret_file'>): Promise<string> {
  const read = await secretOf(secret, file)
  if (read === '' && (file ?? '') !== '') throw failed(`${JSON.stringify(file)} is empty`)
  return read
}

function readSealed(text: string): ReturnType<typeof sealed.parse> {
  try {
    return sealed.parse(JSON.parse(text))
  } catch {
    throw failed('what answers there is no Weir')
  }
}

/** What the other one said was wrong. */
function reasonIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as { readonly error?: unknown }
    return typeof error === 'string' ? `: ${error.slice(0, 300)}` : ''
  } catch {
    return ''
  }
}

function failed(why: string): WeirError {
  return new WeirError('FETCH_FAILED', why)
}
