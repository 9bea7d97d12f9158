#!/usr/bin/env node
import { WeirError } from '@weir/model'
import { Command } from 'commander'
import { addCheck } from './commands/check.ts'
import { addDemo } from './commands/demo.ts'
import { addImport } from './commands/import.ts'
import { addPack } from './commands/pack.ts'
import { addPromql } from './commands/promql.ts'
import { addQuery } from './commands/query.ts'
import { addRules } from './commands/rules.ts'
import { addServe } from './commands/serve.ts'
import { EXIT } from './exit.ts'

const program = new Command('weir')
  .description('Watches data pipelines: metrics, alerts and a page, in one process')
  .showHelpAfterError('(weir --help lists what there is)')
  .configureHelp({ sortSubcommands: false })

addServe(program)
addDemo(program)
addQuery(program)
addPromql(program)
addCheck(program)
addImport(program)
addRules(program)
addPack(program)

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof WeirError && error.code !== 'BUG') console.error(`weir: ${error.message}`)
  else console.error(error)
  process.exitCode = error instanceof WeirError ? EXIT.refused : EXIT.broke
}
