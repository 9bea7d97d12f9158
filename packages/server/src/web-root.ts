import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * The page as the build left it: beside the code in the package that users install, in the room next
 * door where Weir is built.
 */
export const WEB_ROOT = fileURLToPath(
  ['../web/', '../../web/dist/']
    .map((place) => new URL(place, import.meta.url))
    .find((place) => existsSync(new URL('index.html', place))) ??
    new URL('../../web/dist/', import.meta.url),
)
