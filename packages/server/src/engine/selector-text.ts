import type { Matcher } from '@weir/model'

/**
 * Matchers as a selector.
 *
 * @param externalLabels `name, value, …` that no series of the engine has: who asks for one wants those without
 */
export function selectorText(
  matchers: readonly Matcher[],
  externalLabels: readonly string[] = [],
): string {
  const external = new Map<string, string>()
  for (let i = 0; i < externalLabels.length; i += 2) {
    external.set(externalLabels[i]!, externalLabels[i + 1]!)
  }
  const parts = matchers.map(({ name, operator, value }) => {
    const isExternal = operator === '=' && external.get(name) === value
    const shown = /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) ? name : JSON.stringify(name)
    return `${shown}${operator}${JSON.stringify(isExternal ? '' : value)}`
  })
  return `{${parts.join(',')}}`
}
