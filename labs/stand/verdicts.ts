/** What a lab found: each finding is printed as it is made, and counted. */
export class Verdicts {
  #failed = 0

  /** Waits until `look` says yes, and takes down whether it did in time and what was seen last. */
  async within(
    ms: number,
    what: string,
    look: () => Promise<{ readonly isTrue: boolean; readonly seen: string }>,
  ): Promise<boolean> {
    const start = Date.now()
    for (;;) {
      const { isTrue, seen } = await look()
      const took = Date.now() - start
      if (isTrue || took > ms) {
        return this.take(what, isTrue, `${seen}, after ${Math.round(took / 1000)} s`)
      }
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
  }

  take(what: string, isTrue: boolean, seen: string): boolean {
    if (!isTrue) this.#failed++
    say(`${isTrue ? 'ok  ' : 'FAIL'} ${what} (${seen})`)
    return isTrue
  }

  /** Prints the sum and sets the exit code. */
  close(): void {
    say(this.#failed === 0 ? 'all is as it should be' : `${this.#failed} finding(s) are wrong`)
    process.exitCode = this.#failed === 0 ? 0 : 1
  }
}

export function say(text: string): void {
  process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)
}
