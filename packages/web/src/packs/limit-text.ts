import type { AlertThreshold, PackAlertView } from '@weir/packs'

/** `> 300 s`, as people read a limit. */
export function limitText({ op, value, unit }: AlertThreshold): string {
  return `${op} ${value.toLocaleString('en')}${unit === '' ? '' : ` ${unit}`}`
}

/** Limits of single values, those of the pack and one's own: `BRAZE > 60 s`. */
export function specialLimits(threshold: AlertThreshold): string[] {
  return Object.entries(threshold.values ?? {}).map(
    ([whose, value]) => `${whose} ${limitText({ ...threshold, value })}`,
  )
}

/** What weir.yml says otherwise than the pack: `limit > 600 s`, `after 5m`; [] where nothing. */
export function shippedText({ shipped, threshold, forText, severity }: PackAlertView): string[] {
  if (shipped === null) return []
  const before = shipped.threshold
  const isOther = before !== undefined && threshold !== null && before.value !== threshold.value
  const gone = Object.entries(before?.values ?? {}).filter(
    ([whose, value]) => threshold?.values?.[whose] !== value,
  )
  return [
    ...(isOther ? [limitText(before)] : []),
    ...gone.map(([whose, value]) => `${whose} ${limitText({ ...before!, value })}`),
    ...(shipped.forText === forText ? [] : [afterText(shipped.forText)]),
    ...(shipped.severity === severity ? [] : [shipped.severity]),
  ]
}

export function afterText(forText: string): string {
  return forText === '0s' ? 'at once' : `after ${forText}`
}
