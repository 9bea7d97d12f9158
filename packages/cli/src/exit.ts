/** Exit codes that scripts can rely on. */
export const EXIT = {
  /** What was asked for was done; a check found nothing wrong. */
  ok: 0,
  /** A check found something wrong; a query found nothing it was asked to find. */
  found: 1,
  /** The request could not be carried out: bad configuration, port in use, server away. */
  refused: 2,
  /** A mistake of ours. */
  broke: 70,
} as const
