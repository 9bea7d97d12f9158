import { writeFileSync } from 'node:fs'
import { WeirError } from '@weir/model'
import type { Command } from 'commander'
import { request } from 'undici'
import { showBytes } from '../show/bytes.ts'
import { withServer } from './server-option.ts'

interface SupportOptions {
  readonly server: string
  readonly dataDir?: string
  readonly config?: string
  readonly out: string
}

export function addSupportBundle(program: Command): void {
  withServer(program.command('support-bundle'))
    .description('what a report of a mistake needs, in one file, without secrets')
    .option('--data-dir <folder>', 'of a Weir that does not run, instead of a server')
    .option('--config <file>', 'with --data-dir: the weir.yml, which goes in without secrets')
    .option('--out <file>', 'where to', 'weir-support.tar.gz')
    .action(async ({ server, dataDir, config, out }: SupportOptions) => {
      const bundle =
        dataDir === undefined ? await ofServer(server) : await ofFolder(dataDir, config)
      writeFileSync(out, bundle, { mode: 0o600 })
      console.log(`${out}: ${showBytes(bundle.length)}; look through it before you send it`)
    })
}

async function ofFolder(dataDir: string, config: string | undefined): Promise<Uint8Array> {
  const { bundleOfDirectory } = await import('@weir/server')
  return bundleOfDirectory(dataDir, config)
}

async function ofServer(server: string): Promise<Uint8Array> {
  const url = new URL('/api/weir/v1/support-bundle', server)
  try {
    const { statusCode, body } = await request(url)
    if (statusCode === 200) return await body.bytes()
    const { error } = (await body.json()) as { readonly error?: string }
    throw new WeirError('SERVER_REFUSED', error ?? `${url.origin} answers ${statusCode}`)
  } catch (error) {
    if (error instanceof WeirError) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw new WeirError(
      'SERVER_AWAY',
      `Cannot ask ${url.origin}: ${why}; is Weir running there? (--data-dir and --config take a bundle without one)`,
    )
  }
}
