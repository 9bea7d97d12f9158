/** A configuration that changes under load: what is asked for must be there, and what is broken must change nothing. */
import { writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

import type { KeptWeir } from './weir.ts'

const TAKES_MS_MAX = 15_000
const STEP_MS = 200

export class Reloads {
  done = 0
  /** Those after which Weir was not as its configuration says. */
  readonly wrong: string[] = []
  readonly #weir: KeptWeir
  readonly #rulesFile: string
  readonly #rules: string

  constructor(weir: KeptWeir, rulesFile: string, rules: string) {
    this.#weir = weir
    this.#rulesFile = rulesFile
    this.#rules = rules
  }

  /** One more group of rules; the next reload takes it out again and brings the next one. */
  async change(): Promise<void> {
    const name = `reload-${this.done}`
    const rule = '      - { record: soak:reload, expr: "vector(1)" }'
    writeFileSync(
      this.#rulesFile,
      `${this.#rules}  - name: ${name}\n    interval: 5s\n    rules:\n${rule}\n`,
    )
    this.#weir.reload()
    this.done++
    for (let waitedMs = 0; waitedMs < TAKES_MS_MAX; waitedMs += STEP_MS) {
      await pause(STEP_MS)
      const groups = await this.#groups()
      const reloaded = groups.filter((group) => group.startsWith('reload-'))
      if (reloaded.length === 1 && reloaded[0] === name) return
    }
    this.wrong.push(`${name} is not there`)
  }

  async breakIt(): Promise<void> {
    const before = await this.#groups()
    writeFileSync(this.#weir.configFile, 'statsd: { flush_interval: yesterday }\n')
    this.#weir.reload()
    this.done++
    await pause(2000)
    const after = await this.#groups()
    if (after.join() !== before.join()) this.wrong.push(`a broken one left ${after.join()}`)
    writeFileSync(this.#weir.configFile, this.#weir.config)
    this.#weir.reload()
    await pause(2000)
  }

  async #groups(): Promise<readonly string[]> {
    const answer = await fetch(`${this.#weir.url}/api/v1/rules`)
    const { data } = (await answer.json()) as { data: { groups: readonly { name: string }[] } }
    return data.groups.map(({ name }) => name).filter((name) => /^(soak|reload)/.test(name))
  }
}
