import { isUtf8 } from 'node:buffer'
import { WeirError, isLabelName } from '@weir/model'

const BASE64 = '@base64'
export const PUSH_PATH = '/metrics/job'

/** The labels that a group has, `job` among them; they win over those of the pushed metrics. */
export type Grouping = ReadonlyMap<string, string>

/**
 * The group that a path names: `/metrics/job/JOB{/LABEL/VALUE}`, where `job@base64` or `LABEL@base64`
 * say that a value is coded (URL-safe, padding or not), as values with slashes and empty ones must be.
 *
 * @param path as it was sent; percent escapes are read part by part, so that `%2F` may stand in a value
 * @throws {WeirError} `PUSH_GATEWAY_INVALID`, in the words of the push gateway
 * @see prometheus/pushgateway: handler/push.go (splitLabels)
 */
export function readGrouping(path: string): Grouping {
  const isCoded = path.startsWith(`${PUSH_PATH}${BASE64}/`)
  const from = PUSH_PATH.length + (isCoded ? BASE64.length : 0) + 1
  const [given = '', ...labels] = path.slice(from).split('/').map(unescaped)
  const job = isCoded ? decoded(given, `in job name ${JSON.stringify(given)}`) : given
  const grouping = new Map<string, string>()
  // A slash at the end of a path without labels means nothing.
  const parts = labels.length === 1 && labels[0] === '' ? [] : labels
  if (parts.length % 2 !== 0) {
    const shown = JSON.stringify(`/${parts.join('/')}`)
    throw invalid(`odd number of components in label string ${shown}`)
  }
  for (let i = 0; i < parts.length; i += 2) {
    const name = parts[i]!.endsWith(BASE64) ? parts[i]!.slice(0, -BASE64.length) : parts[i]!
    const value = parts[i + 1]!
    if (!isLabelName(name) || name.startsWith('__')) {
      throw invalid(`improper label name ${JSON.stringify(name)}`)
    }
    const what = `for label ${name}=${JSON.stringify(value)}`
    grouping.set(name, name === parts[i] ? value : decoded(value, what))
  }
  if (job === '') throw invalid('job name is required')
  return grouping.set('job', job)
}

/** A text that is equal for equal groups and only for those. */
export function groupingKey(grouping: Grouping): string {
  return JSON.stringify([...grouping].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function unescaped(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw invalid(`invalid URL escape in ${JSON.stringify(part)}`)
  }
}

function decoded(value: string, what: string): string {
  const digits = value.replace(/=+$/, '')
  const bytes = Buffer.from(digits, 'base64url')
  if (!/^[\w-]*$/.test(digits) || digits.length % 4 === 1) {
    throw invalid(`invalid base64 encoding ${what}: illegal base64 data`)
  }
  if (!isUtf8(bytes)) throw invalid(`invalid base64 encoding ${what}: not UTF-8`)
  return bytes.toString()
}

export function invalid(message: string): WeirError {
  return new WeirError('PUSH_GATEWAY_INVALID', message)
}
