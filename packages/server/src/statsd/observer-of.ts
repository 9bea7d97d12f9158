/** `observer_type`, or the key that older files have for it. */
export function observerOf(from: {
  readonly observer_type?: string | undefined
  readonly timer_type?: string | undefined
}): string {
  return from.observer_type || from.timer_type || ''
}
