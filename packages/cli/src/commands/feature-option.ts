import type { Command } from 'commander'

const collect = (value: string, before: readonly string[]): string[] => [
  ...before,
  ...value.split(','),
]

/** `--enable-feature`, as `weir serve` has it, for commands that read rules without a Weir. */
export function withFeatures(command: Command): Command {
  const told = 'features that Prometheus or Weir is started with, separated by commas'
  return command.option('--enable-feature <names>', told, collect, [])
}
