import type { Command } from 'commander'
import { type ConnectionOptions, connectWith } from '../connection.ts'

/** Which Weir a command speaks to, and how it gets in there. */
export function withServer(command: Command): Command {
  return withAccess(command.option('--url, --server <url>', 'the Weir to ask', DEFAULT_SERVER))
}

export const DEFAULT_SERVER = 'http://127.0.0.1:9347'

/** How a command gets in, for those that say in their own way where. */
export function withAccess(command: Command): Command {
  return command
    .option('--token <token>', 'an API token; WEIR_TOKEN in the environment does the same')
    .option('--token-file <file>', 'a file with it, read anew each time')
    .option('--http.config.file <file>', 'how to ask, as promtool and amtool have it')
    .option('--ca-file <file>', 'certificates that may vouch for the server')
    .option('--cert-file <file>', 'a certificate to show to the server')
    .option('--key-file <file>', 'its key')
    .option('--insecure-skip-verify', 'take any certificate of the server')
    .hook('preAction', (asked) => connectWith(asked.opts<ConnectionOptions>()))
}
