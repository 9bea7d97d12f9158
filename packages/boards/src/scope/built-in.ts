/** Variables that every board has: `$__interval`, `$__from`, `${__field.name}`, … */
import { spanText } from './duration.ts'
import { dateOf, paramsOf, strictlyEncoded } from './formats.ts'
import type { DataContext, Scope } from './scope.ts'

/**
 * @param path `field` of `${name.field}`, or `["key"]` with its brackets; '' without
 * @returns undefined where the scope does not know it: it stays as it was typed
 */
export function builtIn(
  name: string,
  path: string,
  format: string | undefined,
  scope: Scope,
): string | undefined {
  const seconds = Math.max(0, Math.round((scope.to - scope.from) / 1000))
  switch (name) {
    case '__interval':
    case '__auto': // of LogQL
      return scope.step && spanText(scope.step.intervalMs)
    case '__interval_ms':
      return scope.step && String(scope.step.intervalMs)
    case '__rate_interval':
      return scope.step && spanText(scope.step.rateIntervalMs)
    case '__rate_interval_ms':
      return scope.step && String(scope.step.rateIntervalMs)
    case '__range':
      return `${Math.max(1, seconds)}s`
    case '__range_s':
      return String(Math.max(1, seconds))
    case '__range_ms':
      return String(Math.max(1, scope.to - scope.from))
    case '__from':
      return instant(scope.from, format, scope)
    case '__to':
      return instant(scope.to, format, scope)
    case 'timeFilter':
    case '__timeFilter':
      return `time >= ${scope.from}ms and time <= ${scope.to}ms`
    case '__timezone':
      return scope.timezone ?? 'browser'
    case '__dashboard':
      return scope.dashboard && (path === 'uid' ? scope.dashboard.uid : scope.dashboard.title)
    case '__org':
      return path === 'name' ? 'Main' : '1'
    case '__user':
      return path === '' || path === 'login' ? '' : undefined
    case '__url_time_range':
      return timeParams(scope)
    case '__all_variables':
      return allVariables(scope)
    case '__url':
      return urlParams(path, format, scope)
    default:
      return scope.data && written(fromData(name, path, scope.data), format)
  }
}

function instant(ms: number, format: string | undefined, scope: Scope): string {
  const whole = Math.round(ms)
  if (format === undefined || !format.startsWith('date')) return String(whole)
  return dateOf(whole, format.slice('date:'.length), scope.timezone ?? 'utc')
}

function written(value: string | undefined, format: string | undefined): string | undefined {
  if (value === undefined) return undefined
  if (format === 'percentencode' || format === 'uriencode') return strictlyEncoded(value)
  return value
}

/** `from=now-6h&to=now`. */
function timeParams({ range, from, to }: Scope): string {
  return `${paramsOf('from', [range?.from ?? String(from)])}&${paramsOf('to', [range?.to ?? String(to)])}`
}

/** `var-a=1&var-b=2&var-b=3`. */
function allVariables({ variables }: Scope): string {
  return [...variables]
    .filter(([, { skipUrlSync }]) => skipUrlSync !== true)
    .map(([name, variable]) => variableParams(name, variable))
    .filter((params) => params !== '')
    .join('&')
}

function variableParams(
  name: string,
  { filters, isAll, values }: NonNullable<ReturnType<Scope['variables']['get']>>,
): string {
  if (filters !== undefined) {
    const each = filters.map(({ key, operator, value }) => `${key}|${operator}|${value}`)
    return paramsOf(`var-${name}`, each)
  }
  return isAll ? `var-${name}=$__all` : paramsOf(`var-${name}`, values)
}

/** `${__url.params}`, `${__url.params:include:a,b}`, `${__url.params:exclude:a}`; `${__url.path}`. */
function urlParams(path: string, format: string | undefined, scope: Scope): string | undefined {
  if (path !== 'params') return undefined
  const [mode, names = ''] = (format ?? '').split(':')
  const listed = new Set(names.split(','))
  const kept = (scope.urlParams ?? []).filter(([name]) =>
    mode === 'include' ? listed.has(name) : mode === 'exclude' ? !listed.has(name) : true,
  )
  const params = kept.map(([name, value]) => paramsOf(name, [value])).join('&')
  return params === '' ? '' : `?${params}`
}

function fromData(name: string, path: string, data: DataContext): string | undefined {
  switch (name) {
    case '__series':
    case '__series_name':
      return (
        data.series &&
        (path.startsWith('labels') ? label(path, data.series.labels) : data.series.name)
      )
    case '__field':
      return fieldPart(path, data)
    case '__field_name':
      return data.field?.name
    case '__value':
      return valuePart(path, data.value)
    case '__value_time':
      return data.value?.timeMs === undefined ? undefined : String(data.value.timeMs)
    case '__data':
      return path.startsWith('fields') ? dataField(path.slice('fields'.length), data) : undefined
    default:
      return cell(name, data)
  }
}

function fieldPart(path: string, { field }: DataContext): string | undefined {
  if (field === undefined) return undefined
  if (path.startsWith('labels')) return label(path, field.labels)
  return path === 'displayName' || path === '' ? (field.displayName ?? field.name) : field.name
}

/** `labels.x`, `labels["x"]`, `labels` for all of them. */
function label(path: string, labels: Readonly<Record<string, string>> = {}): string {
  const key = keyIn(path.slice('labels'.length))
  if (key !== '') return Object.hasOwn(labels, key) ? labels[key]! : ''
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(', ')
}

/** `.x`, `["x"]`, `[0]` → `x`. */
function keyIn(path: string): string {
  const inside = /^\.(.{1,300})$/.exec(path) ?? /^\["?'?([^"'\]]{1,300})["']?\]/.exec(path)
  return inside?.[1] ?? ''
}

function valuePart(path: string, value: DataContext['value']): string | undefined {
  if (value === undefined) return undefined
  switch (path) {
    case 'raw':
      return shown(value.raw)
    case 'numeric':
      return value.numeric === undefined ? '' : String(value.numeric)
    case 'time':
      return value.timeMs === undefined ? '' : String(value.timeMs)
    default:
      return value.text
  }
}

/** `${__data.fields.Name}`, `["Name"]`, `[0]`, each with `.numeric`, `.text`, `.raw` behind. */
function dataField(path: string, { row = [] }: DataContext): string | undefined {
  const part = /^(?:\.([^.[]{1,300})|\[["']?([^"'\]]{1,300})["']?\])(?:\.(\w{1,20}))?$/.exec(path)
  if (part === null) return undefined
  const key = part[1] ?? part[2]!
  const found =
    row.find(({ name }) => name === key) ?? row[/^\d{1,6}$/.test(key) ? Number(key) : -1]
  if (found === undefined) return undefined
  return part[3] === 'raw' || part[3] === 'numeric' ? shown(found.raw) : found.text
}

/** `__cell`, `__cell_2` of old tables. */
function cell(name: string, { row, value }: DataContext): string | undefined {
  if (name === '__cell') return value === undefined ? undefined : shown(value.raw)
  const column = /^__cell_(\d{1,6})$/.exec(name)
  const found = column === null ? undefined : row?.[Number(column[1])]
  return found === undefined ? undefined : shown(found.raw)
}

function shown(raw: unknown): string {
  if (raw === null || raw === undefined) return ''
  return typeof raw === 'object' ? JSON.stringify(raw) : `${raw as string | number | boolean}`
}
