import { systemClock } from '@weir/model'
import type { AlertHistoryView, FiringAlert, FiringGroup } from '@weir/packs'
import type { Command } from 'commander'
import { alertStory } from '../show/alert-text.ts'
import { printsOf } from './alert-marks.ts'
import { askWeir } from './ask-weir.ts'
import { withServer } from './server-option.ts'

interface ShowFlags {
  readonly server: string
  readonly json: boolean
}

/** An alert with all that is known about it. */
export interface ShownAlert {
  readonly alert: FiringAlert
  readonly receivers: readonly string[]
  /** Newest first. */
  readonly events: AlertHistoryView['events']
}

const EVENTS_SHOWN = 20

export function addAlertShow(alert: Command): void {
  withServer(alert.command('show <alerts...>'))
    .description(
      'all about alerts that fire: labels, who is told, who knows, what happened; by fingerprint or by name',
    )
    .option('--json', 'as JSON', false)
    .action(async (wanted: string[], { server, json }: ShowFlags) => {
      const groups = await askWeir<readonly FiringGroup[]>(server, 'alerts/groups')
      const shown: ShownAlert[] = []
      for (const print of printsOf(wanted, groups)) {
        const { events } = await askWeir<AlertHistoryView>(
          server,
          `alerts/history?fingerprint=${print}&limit=${EVENTS_SHOWN}&start=0`,
        )
        shown.push(shownAlert(print, groups, events))
      }
      if (json) console.log(JSON.stringify(shown, null, 2))
      else
        console.log(shown.map((one) => alertStory(one, systemClock.now()).join('\n')).join('\n\n'))
    })
}

function shownAlert(
  print: string,
  groups: readonly FiringGroup[],
  events: AlertHistoryView['events'],
): ShownAlert {
  const there = groups.flatMap(({ receiver, alerts }) =>
    alerts.filter(({ fingerprint }) => fingerprint === print).map((alert) => ({ receiver, alert })),
  )
  return {
    alert: there[0]!.alert,
    receivers: [...new Set(there.map(({ receiver }) => receiver))],
    events,
  }
}
