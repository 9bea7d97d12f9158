import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { WeirError } from '@weir/model'
import { packYaml, readPack } from '@weir/server'

/**
 * A pack that a JavaScript module exports, as YAML. The module runs here, on its author's machine and
 * by his will; Weir itself loads only the YAML.
 *
 * @throws {WeirError} `PACK_INVALID`
 */
export async function buildPack(file: string): Promise<string> {
  if (!/\.m?js$/.test(file)) {
    throw new WeirError(
      'PACK_INVALID',
      `Cannot build ${JSON.stringify(file)}: want a .js or .mjs module; compile TypeScript first`,
    )
  }
  const { default: pack } = await load(file)
  if (pack === undefined) {
    throw new WeirError(
      'PACK_INVALID',
      `Cannot build ${JSON.stringify(file)}: want a pack as default export, got none`,
    )
  }
  const text = packYaml(pack)
  readPack(text, file)
  return text
}

async function load(file: string): Promise<{ readonly default?: unknown }> {
  try {
    return (await import(pathToFileURL(resolve(file)).href)) as { readonly default?: unknown }
  } catch (cause) {
    throw new WeirError('PACK_INVALID', `Cannot run ${JSON.stringify(file)}: ${String(cause)}`, {
      cause,
    })
  }
}
