import { readFileSync } from 'node:fs'
import { WeirError } from '@weir/model'

/** @throws {WeirError} `CONFIG_INVALID` */
export function readFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'there is no such file'
        : (error as Error).message
    throw new WeirError('CONFIG_INVALID', `Cannot read ${JSON.stringify(file)}: ${why}`)
  }
}
