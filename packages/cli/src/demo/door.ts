import { Agent, request } from 'undici'

/** What a POST of the demo says. */
export interface Posted {
  readonly path: string
  readonly type: string
  readonly body: string
}

export interface DoorOptions {
  /** `http://host:port` */
  readonly web: string
  /** Where Weir asks who comes. */
  readonly token?: string | undefined
  /** Hears once why nothing comes in by HTTP. */
  readonly onRefused: (why: string) => void
}

/**
 * The demo's way into the Weir of its own process, by HTTP. That Weir's certificate is not looked at: whoever made this
 * process serves it.
 */
export class DemoDoor implements AsyncDisposable {
  readonly #options: DoorOptions
  readonly #agent = new Agent({ connect: { rejectUnauthorized: false } })
  #isTold = false
  #isClosed = false

  constructor(options: DoorOptions) {
    this.#options = options
  }

  /** Never rejects: the demo goes on with what comes in. */
  async post({ path, type, body }: Posted): Promise<void> {
    const { web, token } = this.#options
    const shown = token === undefined ? {} : { authorization: `Bearer ${token}` }
    try {
      const answer = await request(new URL(path, web), {
        method: 'POST',
        headers: { 'content-type': type, ...shown },
        body,
        dispatcher: this.#agent,
      })
      const text = await answer.body.text()
      if (answer.statusCode >= 300) this.#tell(`${answer.statusCode} ${text.slice(0, 300)}`)
    } catch (error) {
      this.#tell(error instanceof Error ? error.message : String(error))
    }
  }

  #tell(why: string): void {
    if (this.#isTold || this.#isClosed) return
    this.#isTold = true
    this.#options.onRefused(why)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    await this.#agent.destroy()
  }
}
