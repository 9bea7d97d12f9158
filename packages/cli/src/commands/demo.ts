import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve } from '@weir/server/serve'
import type { Command } from 'commander'
import { startPipelines } from '../demo/pipelines.ts'
import { flagsOf, printAddresses, untilStopped, withServeFlags } from './serve.ts'

type ServeOptions = Parameters<typeof flagsOf>[0]

export function addDemo(program: Command): void {
  const command = program
    .command('demo')
    .description(
      'serve with three simulated pipelines: one healthy, one falling behind, one failing',
    )
  withServeFlags(command)
    .option('--keep', 'keep the data folder for the next time', false)
    .action(async (options: ServeOptions & { readonly keep: boolean }) => {
      const scratch = options.keep ? undefined : mkdtempSync(join(tmpdir(), 'weir-demo-'))
      const flags = flagsOf(scratch === undefined ? options : { ...options, dataDir: scratch })
      const weir = await serve({ ...flags, statsdFlushInterval: '1s' })
      if (scratch !== undefined)
        process.once('exit', () => rmSync(scratch, { recursive: true, force: true }))
      printAddresses(weir)
      const statsd = weir.addresses.find(({ kind }) => kind === 'statsd-udp')!.address
      console.log(
        'Three pipelines are sending: orders is healthy, payments falls behind, inventory fails. Ctrl+C ends it.',
      )
      await untilStopped(weir, startPipelines(statsd))
    })
}
