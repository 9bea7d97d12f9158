import { createHash } from 'node:crypto'
import { type KeyValueStore, WeirError } from '@weir/model'
import type { Setup } from '../config/load-config.ts'
import type { Closers } from '../lifecycle/closers.ts'
import { VERSION } from '../version.ts'
import type { AuditLog } from './audit-log.ts'
import { itself } from './entry.ts'

/**
 * Opens the log and tells of Weir's own coming and going. A start with no stop before it followed a crash.
 *
 * @param closers what is closed before the store: Weir has stopped when these run
 */
export async function openAudit(
  audit: AuditLog,
  store: KeyValueStore,
  { setup, closers }: { readonly setup: Setup; readonly closers: Closers },
): Promise<void> {
  await audit.open(store)
  const details = { version: VERSION, config: digestOf(setup) }
  await audit.record({ who: itself('weir'), action: 'process.start', details })
  closers.defer(() => audit.record({ who: itself('weir'), action: 'process.stop' }))
}

/** A reload that nobody asked for by HTTP: somebody sent a signal. */
export async function reloadBySignal(
  audit: AuditLog,
  reload: () => Promise<readonly string[]>,
): Promise<void> {
  const change = { who: itself('signal'), action: 'config.reload' }
  try {
    const changed = await reload()
    await audit.record({ ...change, details: { changed: changed.join(' ') } })
  } catch (error) {
    const refused = error instanceof WeirError ? error.code : 'BUG'
    const details = { why: (error as Error).message }
    await audit.record({ ...change, refused, details })
    throw error
  }
}

/** Sections of weir.yml that differ, and files that it names: `scrape_configs`, `rules/a.yml`. */
export function changedSections(before: Setup, after: Setup): string[] {
  const [was, is] = [partsOf(before), partsOf(after)]
  return [...new Set([...was.keys(), ...is.keys()])].filter(
    (part) => was.get(part) !== is.get(part),
  )
}

/** Tells two configurations apart; made of what may be shown, so that nobody guesses secrets by it. */
function digestOf({ shown, alertmanagerShown = '', ruleFiles }: Setup): string {
  const texts = [shown, alertmanagerShown, ...ruleFiles.map(({ text }) => text)]
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 12)
}

function partsOf({ config, ruleFiles, mappings, alertmanager }: Setup): Map<string, string> {
  return new Map([
    ...Object.entries(config).map(([name, value]) => [name, JSON.stringify(value)] as const),
    ...ruleFiles.map(({ fileName, text }) => [fileName, text] as const),
    ['mappings', JSON.stringify(mappings)],
    ['alertmanager.yml', alertmanager?.text ?? ''],
  ])
}
