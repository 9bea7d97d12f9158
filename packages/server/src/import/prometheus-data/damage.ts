import { WeirError } from '@weir/model'

/** Of so many it is told what they are; the others are counted. */
const TOLD_MAX = 20

/** What is damaged: the end of an import, or left out and counted. */
export class Damage {
  readonly #isSkipped: boolean
  readonly told: string[] = []
  count = 0

  constructor(isSkipped: boolean) {
    this.#isSkipped = isSkipped
  }

  /**
   * @param where block, and series
   * @throws {WeirError} `IMPORT_DAMAGED` unless damage is to be skipped; what else the error is
   */
  tell(where: string, error: unknown): void {
    const why = reasonOf(error)
    if (why === undefined) throw error
    if (!this.#isSkipped) {
      throw new WeirError(
        'IMPORT_DAMAGED',
        `Cannot read ${where}: ${why}; --skip-damaged leaves it out`,
      )
    }
    this.count++
    if (this.told.length < TOLD_MAX) this.told.push(`${where}: ${why}`)
  }
}

/** Undefined for what is no damage. A file that is not there is one. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof WeirError) return error.code === 'IMPORT_DAMAGED' ? error.message : undefined
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return error.message
  return undefined
}
