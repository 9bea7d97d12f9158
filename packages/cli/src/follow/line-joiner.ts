/** Beginnings by which loggers mark a new record: a time, a JSON object, logfmt's time, a level with a time. */
const RECORD_START =
  /^(?:\u001B\[[\d;]*m)?(?:[[<(]?\d{4}[-/]\d\d[-/]\d\d[T ,]|\{|time="|[A-Z]{4,5}\[\d|<\d{1,3}>|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d )/
const BLANK_START = /^[ \t]/

/** Longer records are cut into several. */
const RECORD_LENGTH_MAX = 200_000

/**
 * Joins the lines of one record: those of a stack trace belong to the line that they explain. A line goes
 * on with the record before it when it begins with a blank; or when that record began as records of this file
 * do (with a time, say) and this line does not.
 */
export class LineJoiner {
  #record: string[] = []
  #length = 0
  #isMarked = false

  get isEmpty(): boolean {
    return this.#record.length === 0
  }

  /** @returns the record that ends before this line, if one does */
  push(line: string): string | undefined {
    const isMarked = RECORD_START.test(line)
    const goesOn = !isMarked && (this.#isMarked || BLANK_START.test(line))
    const fits = this.#length + line.length <= RECORD_LENGTH_MAX
    if (this.#record.length > 0 && goesOn && fits) {
      this.#add(line)
      return undefined
    }
    const ended = this.flush()
    this.#isMarked = isMarked || (goesOn && !fits)
    this.#add(line)
    return ended
  }

  /** The record that is begun, whose end nobody will tell. */
  flush(): string | undefined {
    if (this.#record.length === 0) return undefined
    const record = this.#record.join('\n')
    this.#record = []
    this.#length = 0
    this.#isMarked = false
    return record
  }

  #add(line: string): void {
    this.#record.push(line)
    this.#length += line.length + 1
  }
}
