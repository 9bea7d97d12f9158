#!/usr/bin/env node
import { WeirError } from '@weir/model'
import { Command } from 'commander'
import { EXIT } from './exit.ts'
import { accessHints } from './refusal.ts'
import { VERSION } from './version.ts'

const program = new Command('weir')
  .description('Watches data pipelines: metrics, alerts and a page, in one process')
  .version(VERSION, '-V, --version', 'print the version')
  .showHelpAfterError('(weir --help lists what there is)')
  .configureHelp({ sortSubcommands: false })

type Add = (program: Command) => void

/** What there is, in the order of the help; only what is asked for is loaded. */
const COMMANDS: Readonly<Record<string, () => Promise<Add>>> = {
  serve: async () => (await import('./commands/serve.ts')).addServe,
  demo: async () => (await import('./commands/demo.ts')).addDemo,
  health: async () => (await import('./commands/health.ts')).addHealth,
  query: async () => (await import('./commands/query.ts')).addQuery,
  promql: async () => (await import('./commands/promql.ts')).addPromql,
  logs: async () => (await import('./commands/logs.ts')).addLogs,
  check: async () => (await import('./commands/check.ts')).addCheck,
  adopt: async () => (await import('./commands/adopt.ts')).addAdopt,
  backup: async () => (await import('./commands/backup.ts')).addBackupCommand,
  restore: async () => (await import('./commands/restore.ts')).addRestore,
  import: async () => (await import('./commands/import.ts')).addImport,
  rules: async () => (await import('./commands/rules.ts')).addRules,
  routes: async () => (await import('./commands/routes.ts')).addRoutes,
  alert: async () => (await import('./commands/alert.ts')).addAlert,
  silence: async () => (await import('./commands/silence.ts')).addSilence,
  audit: async () => (await import('./commands/audit.ts')).addAudit,
  level: async () => (await import('./commands/level.ts')).addLevel,
  dashboard: async () => (await import('./commands/dashboard.ts')).addDashboard,
  token: async () => (await import('./commands/token.ts')).addToken,
  'support-bundle': async () => (await import('./commands/support-bundle.ts')).addSupportBundle,
  pack: async () => (await import('./commands/pack.ts')).addPack,
  completion: async () => (await import('./commands/completion.ts')).addCompletion,
  man: async () => (await import('./commands/completion.ts')).addMan,
}
/** What tells of all the others. */
const TELLING = ['completion', 'man']
const asked = process.argv[2] ?? ''
for (const load of loadersFor(asked)) (await load())(program)

function loadersFor(first: string): readonly (() => Promise<Add>)[] {
  if (first === '--version' || first === '-V') return []
  const isAlone = Object.hasOwn(COMMANDS, first) && !TELLING.includes(first)
  return isAlone ? [COMMANDS[first]!] : Object.values(COMMANDS)
}

const hint = accessHints()
try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof WeirError && error.code !== 'BUG') {
    console.error(`weir: ${error.message}${hint()}`)
  } else console.error(error)
  process.exitCode = error instanceof WeirError ? EXIT.refused : EXIT.broke
}
