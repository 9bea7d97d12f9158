import { createHash } from 'node:crypto'
import { type KeyValueStore, WeirError } from '@weir/model'
import type { Setup } from '../config/load-config.ts'
import type { Closers } from '../lifecycle/closers.ts'
import { VERSION } from '../version.ts'
import type { AuditLog } from './audit-log.ts'
import { changedKeys, changedSecrets, parsed } from './changed-keys.ts'
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
  reload: () => Promise<Readonly<Record<string, string>>>,
): Promise<void> {
  const change = { who: itself('signal'), action: 'config.reload' }
  try {
    await audit.record({ ...change, details: await reload() })
  } catch (error) {
    const refused = error instanceof WeirError ? error.code : 'BUG'
    const details = { why: (error as Error).message }
    await audit.record({ ...change, refused, details })
    throw error
  }
}

/** Keys whose old and new value an entry has room for. */
const KEYS_MAX = 10

/**
 * What a reload changed, for its entry: sections and files that differ, and of keys that were written otherwise what
 * they were and are. Of secrets only that they are others.
 */
export function changedBy(before: Setup, after: Setup): Readonly<Record<string, string>> {
  const keys = [
    ...changedKeys(before.shown, after.shown),
    ...changedSecrets(before.config, after.config),
    ...routesOf(before, after),
  ]
  const more = keys.length - KEYS_MAX
  return {
    changed: changedSections(before, after).join(' '),
    ...Object.fromEntries(keys.slice(0, KEYS_MAX)),
    ...(more > 0 ? { more: `${more} other ${more === 1 ? 'key' : 'keys'}` } : {}),
  }
}

/** Of an alertmanager.yml in a file of its own; a section of weir.yml is told of already. */
function routesOf(before: Setup, after: Setup): (readonly [string, string])[] {
  if (typeof (after.config.alertmanager ?? before.config.alertmanager) === 'object') return []
  const [was, is] = [before.alertmanager?.text ?? '', after.alertmanager?.text ?? '']
  return [
    ...changedKeys(before.alertmanagerShown ?? '', after.alertmanagerShown ?? ''),
    ...changedSecrets(parsed(was), parsed(is)),
  ].map(([key, told]) => [`alertmanager.yml: ${key}`, told] as const)
}

/** Sections of weir.yml that differ, and files that it names: `scrape_configs`, `rules/a.yml`. */
function changedSections(before: Setup, after: Setup): string[] {
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
