/** `alertname="Down" team="x"`, the name first. */
export function labelsText(labels: Readonly<Record<string, string>>): string {
  const { alertname, ...rest } = labels
  const named = alertname === undefined ? [] : [['alertname', alertname] as const]
  return [...named, ...Object.entries(rest)]
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(' ')
}
