/** Relabelling rules as `prometheus.yml` has them, for comparing with Prometheus. */

/** One of each action, and what is odd about it. */
const TABLE: readonly (readonly object[])[] = [
  [{ source_labels: ['x'], target_label: 'd' }],
  [
    {
      source_labels: ['x', 'y'],
      separator: '',
      regex: '(.)(.)',
      target_label: 'd',
      replacement: '$2-${1}',
    },
  ],
  [
    {
      source_labels: ['x'],
      regex: '(?P<first>.).*',
      target_label: 'd_${first}',
      replacement: '$first$$$nope$2',
    },
  ],
  [{ source_labels: ['x'], target_label: 'x', replacement: '' }],
  [{ source_labels: ['none'], target_label: 'd', replacement: 'empty' }],
  [{ source_labels: ['x'], target_label: '${1}', replacement: 'v' }],
  [{ source_labels: ['none'], regex: '(.*)', target_label: 'd${1}', replacement: 'e${1}' }],
  [{ source_labels: ['none'], target_label: 'y', replacement: '$1' }],
  [{ target_label: 'a b.c', replacement: 'utf8' }],
  [
    { target_label: '__name__', replacement: 'all_one' },
    { target_label: 'u', source_labels: ['x'] },
  ],
  [{ source_labels: ['__name__'], regex: 'b(.*)', target_label: '__name__', replacement: 'c:$1' }],
  [{ source_labels: ['x'], regex: '1|ö', action: 'keep' }],
  [{ source_labels: ['x'], regex: '1', action: 'drop' }],
  [{ source_labels: ['x'], target_label: 'y', action: 'keepequal' }],
  [{ source_labels: ['x'], target_label: 'y', action: 'dropequal' }],
  [{ source_labels: ['x', 'y'], target_label: 'h', modulus: 1000, action: 'hashmod' }],
  [{ source_labels: ['x'], target_label: 'h', modulus: 9007199254740991, action: 'hashmod' }],
  [{ regex: '(.)', replacement: 'l_$1', action: 'labelmap' }],
  [{ regex: 'x|y', replacement: 'same', action: 'labelmap' }],
  [{ regex: '(x)', replacement: '$1.$1', action: 'labelmap' }],
  [{ regex: 'x|env', action: 'labeldrop' }],
  [{ regex: '__name__|env|job|x', action: 'labelkeep' }],
  [{ regex: 'env|x', action: 'labelkeep' }],
  [{ source_labels: ['x', 'y'], target_label: 'low', action: 'lowercase' }],
  [{ source_labels: ['x', 'y'], target_label: 'UP', action: 'uppercase' }],
  [{ source_labels: ['x'], regex: '(?i)A.*', target_label: 'd' }],
  [{ source_labels: ['x'], regex: '.*\\n.*', target_label: 'd', replacement: 'line' }],
  [{ source_labels: ['x'], regex: '[[:alpha:]]+\\d?', target_label: 'd', replacement: '<$0>' }],
  [{ source_labels: ['x'], regex: 'a|b|ab', target_label: 'd', replacement: '$0' }],
  [{ source_labels: ['x'], regex: '', target_label: 'd', replacement: 'nothing' }],
  [
    { source_labels: ['job', 'instance'], target_label: 'where' },
    { regex: 'job|instance', action: 'labeldrop' },
  ],
]

const NAMES = ['x', 'y', 'z', '__name__', 'job', 'none', 'Big', '__tmp']
const REGEXES = ['(.*)', '(.)(.*)', 'a(b?).*', '[a-z]+', '1|2', '(?i:AB)', '', '.+', 'x|y', '(x|z)']
const REPLACEMENTS = ['$1', '${1}', '$2', 'k', '', '$1$1', '${1}_s', '$', '$$', 'a${3}b', '$1x']
const ACTIONS = [
  'replace',
  'replace',
  'keep',
  'drop',
  'hashmod',
  'labelmap',
  'labeldrop',
  'lowercase',
  'uppercase',
  'keepequal',
  'dropequal',
]

/** So many lists of rules: those of the table, then what chance makes, the same for the same seed. */
export function relabelRules(count: number, seed: number): readonly (readonly object[])[] {
  let state = seed
  // xorshift32
  const below = (limit: number): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % limit
  }
  const of = <T>(list: readonly T[]): T => list[below(list.length)]!
  const rule = (): object => {
    const action = of(ACTIONS)
    const source_labels = Array.from({ length: 1 + below(2) }, () => of(NAMES))
    const target_label = of(['x', 'y', 'd', 'd${1}', '__name__', '__tmp'])
    const plain = target_label.replace('${1}', '')
    switch (action) {
      case 'replace':
        return { source_labels, regex: of(REGEXES), target_label, replacement: of(REPLACEMENTS) }
      case 'hashmod':
        return { action, source_labels, target_label: plain, modulus: 1 + below(9) }
      case 'labelmap':
        return {
          action,
          regex: of(['(x|y)', '(.)', '(.*)_s', 'z']),
          replacement: of(['m_$1', 'z', '${1}2']),
        }
      case 'labeldrop':
        return { action, regex: of(REGEXES.filter((regex) => !/^\(?\.|\[/.test(regex))) }
      case 'lowercase':
      case 'uppercase':
      case 'keepequal':
      case 'dropequal':
        return { action, source_labels, target_label: plain }
      default:
        return { action, source_labels, regex: of(REGEXES) }
    }
  }
  const made = Array.from({ length: Math.max(0, count - TABLE.length) }, () =>
    Array.from({ length: 1 + below(4) }, rule),
  )
  return [...TABLE, ...made]
}
