import { Argument, type Command } from 'commander'
import { manPage } from '../outline/man-page.ts'
import { outlineOf } from '../outline/outline.ts'
import { SHELLS } from '../outline/shells.ts'
import { VERSION } from '../version.ts'

/** Both tell of all commands, so all of them must be there when they are carried out. */
export function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('print a script that completes commands and flags in a shell')
    .addArgument(new Argument('<shell>', 'which one').choices(Object.keys(SHELLS)))
    .action((shell: string) => {
      process.stdout.write(SHELLS[shell]!(outlineOf(program)))
    })
}

export function addMan(program: Command): void {
  program
    .command('man')
    .description('print the page for man(1)')
    .action(() => {
      process.stdout.write(manPage(outlineOf(program), VERSION))
    })
}
