import type { Command } from 'commander'
import { postForm } from './loki-api.ts'
import { withServer } from './server-option.ts'

/** `weir logs delete QUERY`. */
export function addLogsDelete(logs: Command): void {
  withServer(logs.command('delete <logql>'))
    .description(
      'takes the lines that a query selects out for good; Weir must run with --web.enable-admin-api',
    )
    .requiredOption('--from <time>', 'not before this, RFC 3339 or seconds')
    .option('--to <time>', 'before this; now when left out')
    .action(
      async (
        query: string,
        {
          server,
          from,
          to,
        }: { readonly server: string; readonly from: string; readonly to?: string },
      ) => {
        const { body } = await postForm(server, '/loki/api/v1/delete', {
          query,
          start: from,
          ...(to === undefined ? {} : { end: to }),
        })
        await body.dump()
      },
    )
}
