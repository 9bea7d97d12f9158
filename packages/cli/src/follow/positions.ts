import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Up to where a file has been sent. */
export interface Position {
  /** Tells the file apart from another one that has its name later. */
  readonly inode: string
  readonly offset: number
}

/** How far each file has been sent, kept in a file of its own over restarts. */
export class Positions {
  readonly #path: string
  readonly #known: Map<string, Position>
  #saved: string

  /** @throws what reading or parsing throws, unless the file is not there yet */
  constructor(path: string) {
    this.#path = path
    this.#saved = textOf(path)
    const read = JSON.parse(this.#saved) as Record<string, Position>
    this.#known = new Map(Object.entries(read))
  }

  get(file: string): Position | undefined {
    return this.#known.get(file)
  }

  set(file: string, position: Position): void {
    this.#known.set(file, position)
  }

  /** Writes them as a whole, or not at all. */
  save(): void {
    const text = `${JSON.stringify(Object.fromEntries(this.#known), null, 2)}\n`
    if (text === this.#saved) return
    mkdirSync(dirname(this.#path), { recursive: true })
    writeFileSync(`${this.#path}.new`, text, { mode: 0o600 })
    renameSync(`${this.#path}.new`, this.#path)
    this.#saved = text
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '{}'
    throw error
  }
}
