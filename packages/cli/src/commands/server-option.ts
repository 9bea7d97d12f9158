import type { Command } from 'commander'

/** Which Weir a command speaks to. */
export function withServer(command: Command): Command {
  return command.option('--url, --server <url>', 'the Weir to ask', 'http://127.0.0.1:9347')
}
