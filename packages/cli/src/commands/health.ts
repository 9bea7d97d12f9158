import { WeirError } from '@weir/model'
import type { Command } from 'commander'
import { request } from 'undici'
import { EXIT } from '../exit.ts'
import { withServer } from './server-option.ts'

/** Longer than a Weir that answers at all takes; shorter than those wait who ask for a container's health. */
const TIMEOUT_MS = 4_000

export function addHealth(program: Command): void {
  const command = program
    .command('health')
    .description(
      'ask whether a running Weir is ready; exits 1 while it is not, 2 without an answer',
    )
    .option('--alive', 'only whether it answers, ready or not', false)
  withServer(command).action(async ({ server, alive }: { server: string; alive: boolean }) => {
    const { statusCode, text } = await ask(new URL(alive ? '/-/healthy' : '/-/ready', server))
    console.log(text.trim())
    if (statusCode !== 200) process.exitCode = EXIT.found
  })
}

async function ask(url: URL): Promise<{ readonly statusCode: number; readonly text: string }> {
  try {
    const { statusCode, body } = await request(url, { signal: AbortSignal.timeout(TIMEOUT_MS) })
    return { statusCode, text: await body.text() }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new WeirError('SERVER_AWAY', `Cannot ask ${url.origin}: ${why}; is Weir running there?`)
  }
}
