import { WeirError } from '@weir/model'
import type { Command } from 'commander'
import { request } from 'undici'
import { EXIT } from '../exit.ts'
import { withServer } from './server-option.ts'
import { type Reply, showReply, showStats } from '../show/query-reply.ts'

interface QueryOptions {
  readonly server: string
  readonly time?: string
  readonly json: boolean
  readonly stats: boolean
}

export function addQuery(program: Command): void {
  withServer(program.command('query <promql>'))
    .description('ask a running Weir; exits 1 when the answer is empty')
    .option('--time <time>', 'evaluation time, RFC 3339 or seconds')
    .option('--json', "the API's own JSON", false)
    .option('--stats', 'what it cost, on stderr', false)
    .action(async (promql: string, options: QueryOptions) => {
      const url = new URL('/api/v1/query', options.server)
      const form = new URLSearchParams({
        query: promql,
        ...(options.time === undefined ? {} : { time: options.time }),
        ...(options.stats ? { stats: 'weir' } : {}),
      })
      const reply = await ask(url, form)
      if (options.json) console.log(JSON.stringify(reply))
      else if (reply.status === 'success') for (const line of showReply(reply)) console.log(line)
      else console.error(reply.error ?? 'no answer')
      for (const warning of reply.warnings ?? []) console.error(`warning: ${warning}`)
      for (const info of reply.infos ?? []) console.error(`info: ${info}`)
      for (const line of showStats(reply)) console.error(line)
      if (reply.status !== 'success') process.exitCode = EXIT.refused
      else if (reply.data?.result.length === 0) {
        process.exitCode = EXIT.found
        if (!options.json) console.error('Nothing matches, at that time')
      }
    })
}

async function ask(url: URL, form: URLSearchParams): Promise<Reply> {
  try {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await request(url, { method: 'POST', headers, body: form.toString() })
    const reply = (await answer.body.json()) as Reply
    if (answer.statusCode !== 401 && answer.statusCode !== 403) return reply
    throw new WeirError(
      'SERVER_REFUSED',
      reply.error ?? `${url.origin} answers ${answer.statusCode}`,
    )
  } catch (error) {
    if (error instanceof WeirError) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw new WeirError(
      'SERVER_AWAY',
      `Cannot ask ${url.origin}: ${why}; is Weir running there? (--server says where)`,
    )
  }
}
