import { WeirError } from '@weir/model'
import type { Report } from '../discoverer.ts'

/** Several lists are followed at once; it is well when all are. */
export class Health {
  readonly #report: Report
  /** Undefined before the first word of a part. */
  readonly #faults: (string | undefined)[] = []

  constructor(report: Report) {
    this.#report = report
  }

  /** Another part. What it gives is told the part's fault, '' when it is well. */
  part(): (fault: string) => void {
    const index = this.#faults.push(undefined) - 1
    return (fault) => {
      this.#faults[index] = fault
      this.#tell()
    }
  }

  #tell(): void {
    const fault = this.#faults.find((text) => text !== undefined && text !== '')
    if (fault !== undefined) {
      this.#report.failed(new WeirError('DISCOVERY_FAILED', `Cannot follow ${fault}`))
    } else if (this.#faults.every((text) => text === '')) {
      this.#report.refreshed()
    }
  }
}
