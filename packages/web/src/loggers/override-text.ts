import type { OverrideView } from '@weir/packs'

/** Which loggers it is for: `orders/kafka*`. */
export function loggersText({ selector, logger }: OverrideView): string {
  return `${selector.service ?? '*'}/${logger}`
}

/** What else was asked of processes: `host=pod-*`. */
export function furtherOf({ selector }: OverrideView): string[] {
  const { service: _, labels = {}, ...others } = selector
  return [...Object.entries(others), ...Object.entries(labels)].map(
    ([name, value]) => `${name}=${value}`,
  )
}

/** `4:05`, `1:04:05`: what is left, to be read while it runs down. */
export function leftText(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) =>
    String(part).padStart(2, '0'),
  )
  const hours = Math.floor(seconds / 3600)
  const text = parts.join(':')
  return hours > 0 ? `${hours}:${text}` : text.replace(/^0/, '')
}
