import { type Flags, type Weir, serve } from '@weir/server/serve'
import { type Command, Option } from 'commander'
import { EXIT } from '../exit.ts'
import { keepToOneself } from '../keep-to-oneself.ts'
import { printVerdicts } from '../show/verdict.ts'
import {
  type ExporterOptions,
  exporterFlags,
  withExporterFlags,
  withoutEffect,
} from './exporter-flags.ts'

interface ServeOptions extends ExporterOptions {
  readonly config?: string
  readonly dataDir: string
  readonly listen?: string
  readonly statsdListen?: string
  readonly 'statsd.mappingConfig'?: readonly string[]
  readonly 'alertmanager.config'?: string
  readonly 'alertmanager.strictCompat'?: true
  readonly rules: readonly string[]
  readonly 'web.externalUrl'?: string
  readonly 'web.config.file'?: string
  readonly 'web.enableAdminApi'?: true
  readonly 'storage.tsdb.retention.time'?: string
  readonly 'storage.tsdb.retention.size'?: string
  readonly enableFeature: readonly string[]
  readonly insecure: boolean
  readonly logLevel?: string
  readonly memoryBudget?: string
}

const collect = (value: string, before: readonly string[] = []): string[] => [
  ...before,
  ...value.split(',').filter((text) => text !== ''),
]

/** The flags that `serve` and `demo` share. */
export function withServeFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--config <file>', 'weir.yml or prometheus.yml; without one, defaults').env(
        'WEIR_CONFIG',
      ),
    )
    .addOption(
      new Option('--data-dir <folder>', 'where everything is kept')
        .default('./weir-data')
        .env('WEIR_DATA_DIR'),
    )
    .addOption(
      new Option('--listen <host:port>', 'the page and the HTTP API (default 127.0.0.1:9347)').env(
        'WEIR_LISTEN',
      ),
    )
    .addOption(
      new Option('--statsd-listen <host:port>', 'StatsD, UDP and TCP (default 127.0.0.1:8125)').env(
        'WEIR_STATSD_LISTEN',
      ),
    )
    .option(
      '--statsd.mapping-config <file>',
      'a statsd_exporter mapping file; may be given again',
      collect,
    )
    .option('--alertmanager.config <file>', 'an alertmanager.yml')
    .option('--alertmanager.strict-compat', 'do as Alertmanager does where Weir does better')
    .option('--rules <glob>', 'Prometheus rule files; may be given again', collect, [])
    .option('--web.external-url <url>', 'where people reach this Weir')
    .option('--web.config.file <file>', "Prometheus's web configuration: TLS, users")
    .option('--web.enable-admin-api', 'let the HTTP API delete series and make snapshots')
    .option('--web.enable-remote-write-receiver', 'remote write is taken with or without it')
    .option('--storage.tsdb.retention.time <time>', 'how long samples are kept (default 30d)')
    .option('--storage.tsdb.retention.size <size>', 'how much disk they may take (no limit)')
    .option(
      '--enable-feature <names>',
      'features of Prometheus by name, separated by commas',
      collect,
      [],
    )
    .option('--insecure', 'listen beyond this machine without access control', false)
    .option('--memory-budget <size>', 'memory to make do with (default: of the cgroup or machine)')
    .option('--log-level <level>', 'debug, info, warn or error (default info)')
}

/** What the command line said, in the server's words. */
export function flagsOf(options: ServeOptions): Flags {
  const { config, listen, statsdListen, logLevel, memoryBudget } = options
  const mapping = options['statsd.mappingConfig']
  const alertmanager = options['alertmanager.config']
  const strictCompat = options['alertmanager.strictCompat']
  const url = options['web.externalUrl']
  const webConfigFile = options['web.config.file']
  const enableAdminApi = options['web.enableAdminApi']
  const retentionTime = options['storage.tsdb.retention.time']
  const retentionSize = options['storage.tsdb.retention.size']
  return {
    dataDir: options.dataDir,
    rules: options.rules,
    features: options.enableFeature,
    insecure: options.insecure,
    ...exporterFlags(options),
    ...(config === undefined ? {} : { configFile: config }),
    ...(listen === undefined ? {} : { listen }),
    ...(statsdListen === undefined ? {} : { statsdListen }),
    ...(mapping === undefined ? {} : { statsdMappingConfig: mapping }),
    ...(alertmanager === undefined ? {} : { alertmanagerConfig: alertmanager }),
    ...(strictCompat === undefined ? {} : { alertmanagerStrictCompat: strictCompat }),
    ...(enableAdminApi === undefined ? {} : { enableAdminApi }),
    ...(url === undefined ? {} : { externalUrl: url }),
    ...(webConfigFile === undefined ? {} : { webConfigFile }),
    ...(retentionTime === undefined ? {} : { retentionTime }),
    ...(retentionSize === undefined ? {} : { retentionSize }),
    ...(logLevel === undefined ? {} : { logLevel }),
    ...(memoryBudget === undefined ? {} : { memoryBudget }),
  }
}

export function addServe(program: Command): void {
  const command = program.command('serve').description('start everything')
  withExporterFlags(withServeFlags(command)).action(async (options: ServeOptions) => {
    for (const told of withoutEffect(options)) console.error(`weir: ${told}`)
    if (options.checkConfig === true) {
      process.exitCode = await checkOnly(options)
      return
    }
    keepToOneself()
    const weir = await serve(flagsOf(options))
    printAddresses(weir)
    await untilStopped(weir)
  })
}

/** `--check-config`: looks at everything and starts nothing. */
async function checkOnly(options: ServeOptions): Promise<number> {
  const { checkConfig } = await import('@weir/server')
  const { config = 'the command line' } = options
  return printVerdicts([{ file: config, ...checkConfig(flagsOf(options)) }], false)
}

/** One line an open door, `kind address`: for people and for scripts. */
export function printAddresses(weir: Weir): void {
  for (const { kind, address } of weir.addresses) console.log(`${kind} ${address}`)
}

/** Serves until SIGTERM, SIGINT or a crash; SIGHUP reads the configuration again. */
export async function untilStopped(weir: Weir, alsoClose?: AsyncDisposable): Promise<void> {
  process.on('SIGHUP', () => {
    weir.reload().catch(() => undefined) // told in the log
  })
  const crash = await Promise.race([firstSignal(), weir.crashed])
  await alsoClose?.[Symbol.asyncDispose]()
  const { left } = await weir.stop()
  if (crash !== undefined) process.exit(EXIT.broke)
  process.exit(left.length === 0 ? EXIT.ok : EXIT.found)
}

/** Who asks a second time does not want to wait: the process ends at once, as the signal says. */
function firstSignal(): Promise<undefined> {
  return new Promise((resolve) => {
    let isAsked = false
    for (const [signal, code] of [
      ['SIGTERM', 143],
      ['SIGINT', 130],
    ] as const) {
      process.on(signal, () => {
        if (isAsked) process.exit(code)
        isAsked = true
        resolve(undefined)
      })
    }
  })
}
