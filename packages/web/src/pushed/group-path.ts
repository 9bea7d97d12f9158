import type { Labels } from '../api/prometheus.ts'

/**
 * Where a group is pushed to and deleted: `/metrics/job/JOB{/LABEL/VALUE}`. A value that would not
 * arrive as it is in a path (slashes, none at all, `..`, which browsers resolve) goes coded.
 */
export function groupPath(labels: Labels): `/metrics/job${string}` {
  const { job = '', ...others } = labels
  return `/metrics/${part('job', job) as `job${string}`}${Object.entries(others)
    .map(([name, value]) => `/${part(name, value)}`)
    .join('')}`
}

function part(name: string, value: string): string {
  if (value === '') return `${name}@base64/=`
  const isPlain = !value.includes('/') && !/^\.{1,2}$/.test(value)
  return isPlain ? `${name}/${encodeURIComponent(value)}` : `${name}@base64/${base64Url(value)}`
}

function base64Url(value: string): string {
  const bytes = String.fromCharCode(...new TextEncoder().encode(value))
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
