/** Lines that go to Weir, and how many of them are found. */

const TURN_MS = 100
const LINES_A_TURN = 20

export class Writer {
  readonly #web: string
  acknowledged = 0
  refused = 0
  #written = 0
  #running: Promise<void> | undefined
  #isOn = false

  constructor(web: string) {
    this.#web = web
  }

  start(): void {
    this.#isOn = true
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#isOn = false
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#isOn) {
      const ns = BigInt(Date.now()) * 1_000_000n
      const values = Array.from({ length: LINES_A_TURN }, (_, i) => [
        String(ns + BigInt(i)),
        `order ${this.#written + i} shipped`,
      ])
      const streams = [{ stream: { app: 'lab', part: String(this.#written % 7) }, values }]
      const answer = await fetch(`${this.#web}/loki/api/v1/push`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ streams }),
      })
      this.#written += LINES_A_TURN
      if (answer.ok) this.acknowledged += LINES_A_TURN
      else this.refused += LINES_A_TURN
      await new Promise((resolve) => setTimeout(resolve, TURN_MS))
    }
  }
}

/** How many are found, as whoever stands there says. @param tenant '' for none */
export async function lines(base: string, tenant: string): Promise<number> {
  const query = new URLSearchParams({ query: 'sum(count_over_time({app="lab"}[30m]))' })
  const answer = await fetch(`${base}/loki/api/v1/query?${query.toString()}`, {
    headers: tenant === '' ? {} : { 'x-scope-orgid': tenant },
  })
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
  const { data } = (await answer.json()) as {
    readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] }
  }
  return Number(data.result[0]?.value[1] ?? 0)
}
