import { readFile } from 'node:fs/promises'
import { WeirError } from '@weir/model'

/** A secret given in the configuration or in a file, which is read at each use so that it may rotate. */
export async function secretOf(
  inline: string | undefined,
  file: string | undefined,
): Promise<string> {
  if (file === undefined || file === '') return inline ?? ''
  return (await readNamed(file)).trim()
}

/** @throws {WeirError} `FETCH_FAILED` naming the file */
export async function readNamed(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EACCES'
          ? 'Weir may not read it; give it the right, or name another file'
          : message
    throw new WeirError('FETCH_FAILED', `cannot read ${JSON.stringify(file)}: ${why}`)
  }
}
