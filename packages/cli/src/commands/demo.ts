import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve } from '@weir/server/serve'
import { systemClock } from '@weir/model'
import type { Command } from 'commander'
import { DEMO_CONFIG } from '../demo/notes.ts'
import { DemoDoor } from '../demo/door.ts'
import { startPipelines } from '../demo/pipelines.ts'
import { flagsOf, printAddresses, untilStopped, withServeFlags } from './serve.ts'

type ServeOptions = Parameters<typeof flagsOf>[0]

export function addDemo(program: Command): void {
  const command = program
    .command('demo')
    .description(
      'serve with simulated pipelines, of Airflow, Flink, Dkron and RudderStack too: some well, one falling behind, some failing, one silent',
    )
  withServeFlags(command)
    .option('--keep', 'keep the data folder for the next time', false)
    .action(async (options: ServeOptions & { readonly keep: boolean }) => {
      const scratch = options.keep ? undefined : mkdtempSync(join(tmpdir(), 'weir-demo-'))
      const flags = flagsOf(scratch === undefined ? options : ownFolder(options, scratch))
      const weir = await serve({ ...flags, statsdFlushInterval: '1s' })
      if (scratch !== undefined)
        process.once('exit', () => rmSync(scratch, { recursive: true, force: true }))
      printAddresses(weir)
      const statsd = weir.addresses.find(({ kind }) => kind === 'statsd-udp')!.address
      const address = weir.addresses.find(({ kind }) => kind === 'web')!.address
      const web = new DemoDoor({
        web: address,
        token: weir.ownToken('demo', ['ingest', 'write']),
        onRefused: (why) =>
          console.error(`weir: what goes by HTTP does not come in: ${why}${hintOf(address)}`),
      })
      if (scratch !== undefined) await silencePayments(web)
      console.log(
        'Pipelines are sending: orders is healthy, payments falls behind, inventory fails and recovers; beside them an Airflow, a Flink, a Dkron, and a RudderStack whose Braze refuses events. Ctrl+C ends it.',
      )
      console.log(
        `${address}/alerts shows what fires, a silence, and in some minutes how loud another threshold would have been; ${address}/logs what they say.`,
      )
      await untilStopped(weir, startPipelines({ statsd, web }))
    })
}

/** A folder that goes away with the demo, with a weir.yml in it unless the user brings one. */
function ownFolder(options: ServeOptions, folder: string): ServeOptions {
  const config = join(folder, 'weir.yml')
  writeFileSync(config, DEMO_CONFIG)
  return { config, ...options, dataDir: folder }
}

/** So that one sees what a silence does: payments falls behind, and nobody is told. */
async function silencePayments(web: DemoDoor): Promise<void> {
  const startMs = systemClock.now()
  const silence = {
    matchers: [{ name: 'pipeline', value: 'payments', isRegex: false, isEqual: true }],
    startsAt: new Date(startMs).toISOString(),
    endsAt: new Date(startMs + 4 * 3_600_000).toISOString(),
    createdBy: 'demo',
    comment: 'the sink is being moved',
  }
  const type = 'application/json'
  await web.post({ path: '/api/v2/silences', type, body: JSON.stringify(silence) })
}

/** Where TLS wants a certificate of everybody, the demo has none to show. */
function hintOf(address: string): string {
  return address.startsWith('https:')
    ? '; the demo shows no certificate: want client_auth_type VerifyClientCertIfGiven, or none, in the web configuration file'
    : ''
}
