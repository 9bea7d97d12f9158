import { userInfo } from 'node:os'
import { WeirError, systemClock } from '@weir/model'
import type { FiringGroup } from '@weir/packs'
import { parseDuration } from '@weir/server/words'
import type { Command } from 'commander'
import { askWeir, tellWeir } from './ask-weir.ts'
import { withServer } from './server-option.ts'

interface MarkFlags {
  readonly server: string
  readonly by: string
}

/** `weir alert ack`, `unack`, `snooze`, `wake`, `note`, `assign`. */
export function addAlertMarks(alert: Command): void {
  mark(alert, 'ack', 'say that somebody knows: they are not told again while they fire on')
    .option('--comment <text>', 'why', '')
    .action((wanted: string[], flags: MarkFlags & { readonly comment: string }) =>
      act(wanted, flags, 'ack', { comment: flags.comment }),
    )
  mark(alert, 'unack', 'take the acknowledgement back').action(
    (wanted: string[], flags: MarkFlags) => act(wanted, flags, 'ack'),
  )
  mark(alert, 'snooze', 'silence them for a while, or until they are resolved')
    .option('--for <duration>', 'how long: 4h (default: until they are resolved)')
    .option('--comment <text>', 'why', '')
    .action(
      (wanted: string[], flags: MarkFlags & { readonly for?: string; readonly comment: string }) =>
        act(wanted, flags, 'snooze', {
          comment: flags.comment,
          untilMs: flags.for === undefined ? null : systemClock.now() + parseDuration(flags.for),
        }),
    )
  mark(alert, 'wake', 'end a snooze').action((wanted: string[], flags: MarkFlags) =>
    act(wanted, flags, 'snooze'),
  )
  mark(alert, 'note', 'leave a note')
    .requiredOption('--text <text>', 'what it says')
    .action((wanted: string[], flags: MarkFlags & { readonly text: string }) =>
      act(wanted, flags, 'note', { text: flags.text }),
    )
  mark(alert, 'assign', 'say whose they are')
    .requiredOption('--to <name>', "whose; '' takes it back")
    .action((wanted: string[], flags: MarkFlags & { readonly to: string }) =>
      act(wanted, flags, 'assign', { to: flags.to }),
    )
}

function mark(alert: Command, name: string, description: string): Command {
  return withServer(alert.command(`${name} <alerts...>`))
    .description(`${description}; by fingerprint or by name`)
    .option('--by <name>', 'who says so', userInfo().username)
}

/** POSTs what is said; without anything, DELETEs what was said before. */
async function act(
  wanted: readonly string[],
  { server, by }: MarkFlags,
  kind: string,
  said?: Readonly<Record<string, unknown>>,
): Promise<void> {
  const groups = await askWeir<readonly FiringGroup[]>(server, 'alerts/groups')
  const prints = printsOf(wanted, groups)
  const path = `/api/weir/v1/alerts/${prints.join(',')}/${kind}`
  if (said !== undefined) await tellWeir(server, 'POST', path, { by, ...said })
  else await tellWeir(server, 'DELETE', `${path}?by=${encodeURIComponent(by)}`)
  for (const print of prints) console.log(print)
}

/**
 * Fingerprints of the alerts that fire and are meant, once each.
 *
 * @throws {WeirError} `ALERT_UNKNOWN`
 */
export function printsOf(wanted: readonly string[], groups: readonly FiringGroup[]): string[] {
  const alerts = groups.flatMap((group) => group.alerts)
  const prints = wanted.flatMap((one) => {
    const meant = alerts.filter(
      ({ fingerprint, labels }) => fingerprint === one || labels['alertname'] === one,
    )
    if (meant.length > 0) return meant.map(({ fingerprint }) => fingerprint)
    const why = `Cannot find alert ${JSON.stringify(one)}: want the fingerprint or the name of one that fires`
    throw new WeirError('ALERT_UNKNOWN', why)
  })
  return [...new Set(prints)]
}
