const DAYS: Readonly<Record<string, string>> = {
  MO: 'Mon',
  TU: 'Tue',
  WE: 'Wed',
  TH: 'Thu',
  FR: 'Fri',
  SA: 'Sat',
  SU: 'Sun',
}
const UNITS: Readonly<Record<string, string>> = { DAILY: 'day', WEEKLY: 'week', MONTHLY: 'month' }
const ORDINALS: Readonly<Record<string, string>> = {
  '1': 'first',
  '2': 'second',
  '3': 'third',
  '4': 'fourth',
  '5': 'fifth',
  '-1': 'last',
}

/** A rule of iCalendar in words; as it is written where it says more than these. */
export function repeatText(rrule: string): string {
  if (rrule === '') return 'once'
  const parts = new Map(
    rrule.split(';').map((part): [string, string] => {
      const [key = '', value = ''] = part.split('=')
      return [key, value]
    }),
  )
  const unit = UNITS[parts.get('FREQ') ?? '']
  const isPlain = [...parts.keys()].every((key) => ['FREQ', 'INTERVAL', 'BYDAY'].includes(key))
  if (unit === undefined || !isPlain) return rrule
  const interval = parts.get('INTERVAL') ?? '1'
  const every = interval === '1' ? `every ${unit}` : `every ${interval} ${unit}s`
  const wanted = parts.get('BYDAY')
  if (wanted === undefined) return every
  const days = wanted.split(',').map(dayText)
  return days.includes(undefined) ? rrule : `${every} on ${days.join(', ')}`
}

/** `MO`, `2TU`, `-1FR`. */
function dayText(text: string): string | undefined {
  const [, place = '', day = ''] = /^(-?\d)?([A-Z]{2})$/.exec(text) ?? []
  const name = DAYS[day]
  if (place === '' || name === undefined) return name
  const ordinal = ORDINALS[place]
  return ordinal === undefined ? undefined : `the ${ordinal} ${name}`
}
