/** What users say of a pack's alerts: other limits, other severity, or none at all. */
import type { AlertSeverity, Pack, PackAlert } from './pack.ts'

export interface AlertSettings {
  readonly disabled?: boolean | undefined
  /** The limit, for all. */
  readonly value?: number | undefined
  /** Limits by the value of the label that the alert compares by; they add to, and beat, the pack's own. */
  readonly values?: Readonly<Record<string, number>> | undefined
  readonly for?: string | undefined
  readonly severity?: AlertSeverity | undefined
}

/** The pack with the settings put in; those of alerts that it does not have are passed over. */
export function withAlertSettings(
  pack: Pack,
  settings: Readonly<Record<string, AlertSettings>>,
): Pack {
  if (!pack.alerts.some(({ name }) => Object.hasOwn(settings, name))) return pack
  return {
    ...pack,
    alerts: pack.alerts.map((alert) =>
      Object.hasOwn(settings, alert.name) ? adjusted(alert, settings[alert.name]!) : alert,
    ),
  }
}

function adjusted(alert: PackAlert, settings: AlertSettings): PackAlert {
  const { threshold, forText, severity } = alert
  const limit =
    threshold === undefined
      ? {}
      : {
          threshold: {
            ...threshold,
            value: settings.value ?? threshold.value,
            ...(settings.values === undefined
              ? {}
              : { values: { ...threshold.values, ...settings.values } }),
          },
        }
  return {
    ...alert,
    ...limit,
    forText: settings.for ?? forText,
    severity: settings.severity ?? severity,
    shipped: { forText, severity, ...(threshold === undefined ? {} : { threshold }) },
    ...(settings.disabled === true ? { isDisabled: true } : {}),
  }
}

/** Something that cannot be meant: which key of the settings, and why. */
export interface SettingsProblem {
  readonly path: readonly string[]
  readonly message: string
}

/** Settings for alerts that no pack has, and limits of alerts that compare with none. */
export function settingsProblems(
  packs: readonly Pack[],
  settings: Readonly<Record<string, AlertSettings>>,
): SettingsProblem[] {
  const alerts = new Map(packs.flatMap((pack) => pack.alerts.map((alert) => [alert.name, alert])))
  return Object.entries(settings).flatMap(([name, own]): SettingsProblem[] => {
    const alert = alerts.get(name)
    if (alert === undefined) {
      const near = nearest(name, [...alerts.keys()])
      const hint = near === undefined ? '' : `; the nearest is ${near}`
      return [{ path: [name], message: `no pack has an alert of this name${hint}` }]
    }
    if (alert.threshold !== undefined) {
      if (alert.threshold.by !== '' || own.values === undefined) return []
      const message = 'this alert has one limit for all: set value'
      return [{ path: [name, 'values'], message }]
    }
    return (['value', 'values'] as const)
      .filter((key) => own[key] !== undefined)
      .map((key) => ({
        path: [name, key],
        message: 'this alert compares with no limit; for, severity and disabled can be set',
      }))
  })
}

/** The word that takes the fewest changes, where it takes less than half of the letters. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((other) => ({ other, changes: distance(word.toLowerCase(), other.toLowerCase()) }))
    .toSorted((a, b) => a.changes - b.changes)
  const [best] = ranked
  return best !== undefined && best.changes < word.length / 2 ? best.other : undefined
}

/** Levenshtein's distance: letters added, left out or changed. */
function distance(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const changed = before[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(before[j]! + 1, row[j - 1]! + 1, changed))
    }
    before = row
  }
  return before[b.length]!
}
