/**
 * The names that are asked for when one of a configuration is to be resolved, in order: with the search domains of
 * `resolv.conf` where the name has few dots. A name that ends in a dot is whole.
 */
export function searchList(name: string, resolvConf: string): string[] {
  if (name.endsWith('.')) return [name]
  const { domains, ndots } = readResolvConf(resolvConf)
  const searched = domains.map((domain) => `${name}.${domain.replace(/\.$/, '')}.`)
  const whole = `${name}.`
  return name.split('.').length > ndots ? [whole, ...searched] : [...searched, whole]
}

function readResolvConf(text: string): {
  readonly domains: readonly string[]
  readonly ndots: number
} {
  let domains: readonly string[] = []
  let ndots = 1
  for (const line of text.split('\n')) {
    const [word, ...rest] = line
      .replace(/[#;].*$/, '')
      .trim()
      .split(/\s+/)
    // The last of them counts, and `domain` is a search list of one.
    if (word === 'search') domains = rest
    else if (word === 'domain') domains = rest.slice(0, 1)
    else if (word === 'options') {
      for (const option of rest) {
        if (option.startsWith('ndots:')) ndots = Math.min(Number(option.slice(6)) || 0, 15)
      }
    }
  }
  return { domains, ndots }
}
