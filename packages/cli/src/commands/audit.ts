import { systemClock } from '@weir/model'
import type { AuditPage } from '@weir/packs'
import type { Command } from 'commander'
import { EXIT } from '../exit.ts'
import { auditLines, chainLine } from '../show/audit-text.ts'
import { asking } from './alertmanager-api.ts'
import { tellWeir } from './ask-weir.ts'
import { withServer } from './server-option.ts'
import { durationArgument } from './time-arguments.ts'

interface AuditFlags {
  readonly server: string
  readonly who?: string
  readonly action?: string
  readonly refused: boolean
  readonly since?: string
  readonly limit: string
  readonly json: boolean
}

/** `weir audit`. */
export function addAudit(program: Command): void {
  withServer(program.command('audit [words...]'))
    .description('who changed what and when, newest first; exits 1 when there is none')
    .option('--who <name>', 'only what this name did')
    .option('--action <name>', 'silence.set, or silence for all that begin so')
    .option('--refused', 'only what was refused', false)
    .option('--since <duration>', 'how far back, such as 24h')
    .option('-n, --limit <count>', 'how many', '50')
    .option('--json', 'what the HTTP API gives', false)
    .action(showAudit)
}

async function showAudit(words: readonly string[], flags: AuditFlags): Promise<void> {
  const { server, who, action, refused, since, limit, json } = flags
  const startMs = since === undefined ? 0 : systemClock.now() - durationArgument('--since', since)
  const wanted = {
    limit,
    ...(who === undefined ? {} : { who }),
    ...(action === undefined ? {} : { action }),
    ...(refused ? { result: 'refused' } : {}),
    ...(words.length === 0 ? {} : { q: words.join(' ') }),
    ...(startMs === 0 ? {} : { start: String(startMs / 1000) }),
  }
  const path = asking('/api/weir/v1/audit', Object.entries(wanted))
  const page = await tellWeir<AuditPage>(server, 'GET', path)
  if (json) console.log(JSON.stringify(page, null, 2))
  else for (const line of auditLines(page.entries)) console.log(line)
  const broken = chainLine(page)
  if (broken !== '') console.error(broken)
  if (page.entries.length === 0) process.exitCode = EXIT.found
}
