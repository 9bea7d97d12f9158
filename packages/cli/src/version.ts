import { readFileSync } from 'node:fs'

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string
}

/** The command's version: that of all rooms. Read here, since the server's face loads all of the server. */
export const VERSION = manifest.version
