/** Line protocol as Telegraf writes it, for what measures it. */

/** Measurements and their fields, with about as many digits as Telegraf writes. */
const PLUGINS: readonly (readonly [measurement: string, fields: readonly string[]])[] = [
  [
    'cpu',
    ['user', 'system', 'idle', 'nice', 'iowait', 'irq', 'softirq', 'steal', 'guest', 'busy'].map(
      (f) => `usage_${f}`,
    ),
  ],
  [
    'mem',
    ['active', 'available', 'buffered', 'cached', 'free', 'inactive', 'total', 'used'].map(
      (f) => `${f}=i`,
    ),
  ],
  ['disk', ['free=i', 'inodes_free=i', 'inodes_used=i', 'total=i', 'used=i', 'used_percent']],
  [
    'net',
    [
      'bytes_recv=i',
      'bytes_sent=i',
      'drop_in=i',
      'drop_out=i',
      'err_in=i',
      'err_out=i',
      'packets_recv=i',
      'packets_sent=i',
    ],
  ],
  ['system', ['load1', 'load15', 'load5', 'n_cpus=i', 'n_users=i', 'uptime=i', 'uptime_format=s']],
]

function tags(host: number): string {
  const of = ['az', 'cluster', 'env', 'kernel', 'os', 'rack', 'region', 'role', 'team']
  const values = of.map((name, i) => `${name}=${name}-${(host * (i + 7)) % (i + 3)}`)
  return `host=worker-${String(host).padStart(4, '0')},${values.join(',')}`
}

function valueOf(kind: string | undefined, seed: number): string {
  if (kind === 's') return '"12 days,  3:04"'
  if (kind === 'i') return `${(seed * 7919) % 68_719_476_736}i`
  return String(((seed * 7919) % 1_000_003) / 10_000.3)
}

/** Numbers of a line; strings are none. */
const numbers = (fields: readonly string[]): number =>
  fields.filter((field) => !field.endsWith('=s')).length

/** A body of so many lines, the same heads each time; `tick` moves values and times. */
export function telegrafBody(
  lines: number,
  tick: number,
  timeMs: number,
): { text: string; samples: number } {
  const out: string[] = []
  let samples = 0
  for (let i = 0; i < lines; i++) {
    const [measurement, fields] = PLUGINS[i % PLUGINS.length]!
    const shown = fields.map((field, k) => {
      const [name, kind] = field.split('=')
      return `${name}=${valueOf(kind, i * 31 + k * 17 + tick * 101)}`
    })
    out.push(
      `${measurement},${tags(Math.floor(i / PLUGINS.length))} ${shown.join(',')} ${timeMs}000000`,
    )
    samples += numbers(fields)
  }
  return { text: `${out.join('\n')}\n`, samples }
}
