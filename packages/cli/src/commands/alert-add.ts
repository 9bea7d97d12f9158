import type { Command } from 'commander'
import { tellWeir } from './ask-weir.ts'
import { gather, labelArguments, pairArguments } from './label-arguments.ts'
import { withServer } from './server-option.ts'
import { timeArgument } from './time-arguments.ts'

interface AddFlags {
  readonly server: string
  readonly annotation: readonly string[]
  readonly generatorUrl: string
  readonly start?: string
  readonly end?: string
}

export function addAlertAdd(alert: Command): void {
  withServer(alert.command('add <labels...>'))
    .description('push an alert, as a program would; a bare first argument is its name')
    .option('--annotation <name=value>', 'may be given more than once', gather, [])
    .option('--generator-url <url>', 'where it comes from', '')
    .option('--start <time>', 'since when it fires, RFC 3339 (default now)')
    .option('--end <time>', 'until when (default: for resolve_timeout after the last push)')
    .action(async (labels: string[], flags: AddFlags) => {
      const { server, annotation, generatorUrl, start, end } = flags
      const time = (flag: string, text: string): string =>
        new Date(timeArgument(flag, text)).toISOString()
      await tellWeir(server, 'POST', '/api/v2/alerts', [
        {
          labels: labelArguments(labels),
          annotations: pairArguments('--annotation', annotation),
          generatorURL: generatorUrl,
          ...(start === undefined ? {} : { startsAt: time('--start', start) }),
          ...(end === undefined ? {} : { endsAt: time('--end', end) }),
        },
      ])
    })
}
