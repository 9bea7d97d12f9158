import { HttpClient } from '@weir/fetch'
import { WeirError } from '@weir/model'
import type { TargetConfig } from './config.ts'

/** Longer answers are not read. */
const ANSWER_BYTES_MAX = 8 * 2 ** 20

/** The address of a target, asked as the configuration says. */
export class HttpEndpoint implements AsyncDisposable {
  readonly #client: HttpClient
  readonly #url: string

  private constructor(client: HttpClient, url: string) {
    this.#client = client
    this.#url = url
  }

  /** @throws {WeirError} `CONFIG_INVALID` when a certificate or key file cannot be used */
  static async open(target: TargetConfig): Promise<HttpEndpoint> {
    const client = await HttpClient.open(target, { what: 'level' }).catch((cause: Error) => {
      const why = `Cannot reach ${JSON.stringify(target.service)} of loggers.targets: ${cause.message}`
      throw new WeirError('CONFIG_INVALID', why, { cause })
    })
    return new HttpEndpoint(client, target.url.replace(/\/+$/, ''))
  }

  /** What it answers to GET. @throws {WeirError} `FETCH_FAILED`, `FETCH_TOO_LARGE` */
  async read(signal: AbortSignal): Promise<unknown> {
    return jsonOf(await this.#ask('GET', this.#url, signal))
  }

  /**
   * Tells it something.
   *
   * @param below what follows its address, such as `/com.acme` or `?log_level=debug`
   */
  async tell(
    method: 'POST' | 'PUT',
    below: string,
    said: object | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#ask(method, `${this.#url}${below}`, signal, said)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]()
  }

  async #ask(
    method: 'GET' | 'POST' | 'PUT',
    url: string,
    signal: AbortSignal,
    said?: object,
  ): Promise<string> {
    const headers = { accept: 'application/json' }
    const reply = await this.#client.request(url, {
      method,
      signal,
      headers: said === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      ...(said === undefined ? {} : { body: JSON.stringify(said) }),
    })
    const text = await reply.text(ANSWER_BYTES_MAX)
    if (reply.status >= 200 && reply.status < 300) return text
    const what = text.trim().slice(0, 200)
    throw new WeirError(
      'FETCH_FAILED',
      `it answers ${reply.status}${what === '' ? '' : `: ${what}`}`,
    )
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const shown = JSON.stringify(text.slice(0, 60))
    throw new WeirError(
      'FETCH_FAILED',
      `it answers ${shown}, which is no JSON; is the address right?`,
    )
  }
}
