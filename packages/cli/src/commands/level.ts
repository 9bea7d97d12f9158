import type { Command } from 'commander'
import { addLevelChanges } from './level-changes.ts'
import { addLevelQueries } from './level-queries.ts'

/** `weir level …`: log levels of running processes, and their changes for a while. */
export function addLevel(program: Command): void {
  const level = program
    .command('level')
    .description('log levels of running programs: see them, and change them for a while')
  addLevelQueries(level)
  addLevelChanges(level)
}
