import { WeirError } from '@weir/model'
import { destination } from 'pino'

/** Bytes that may wait for a slow disk; more lines are dropped and told. */
const WAITING_BYTES_MAX = 4 * 1024 * 1024

/** A file to which lines are added. It is opened anew at each reload, so that it can be rotated. */
export class LineFile implements Disposable {
  readonly #file: ReturnType<typeof destination>

  /**
   * @param key which names the file, for the message
   * @param onLost told of each line that was not written, and why
   * @throws {WeirError} `CONFIG_INVALID` when it cannot be opened
   */
  constructor(name: string, key: string, onLost: (why: string) => void) {
    try {
      this.#file = destination({
        dest: name,
        append: true,
        sync: true,
        maxLength: WAITING_BYTES_MAX,
      })
    } catch (cause) {
      const why = (cause as Error).message
      throw new WeirError(
        'CONFIG_INVALID',
        `Cannot use ${key} ${JSON.stringify(name)}: cannot open it: ${why}`,
        { cause },
      )
    }
    this.#file.on('drop', () => onLost('too much waits to be written'))
    this.#file.on('error', (error: Error) => onLost(error.message))
  }

  write(line: object): void {
    this.#file.write(`${JSON.stringify(line)}\n`)
  }

  [Symbol.dispose](): void {
    this.#file.end()
  }
}
