import type { TargetGroup } from './target-group.ts'

/** What a discoverer tells while it runs. */
export interface Report {
  /** Groups that are new or changed, by their source. A group without targets is forgotten. */
  update(groups: readonly TargetGroup[]): void
  /** A look around ended well: nothing is wrong any more. */
  refreshed(): void
  /** A look around failed; what was found before stays. */
  failed(error: unknown): void
}

/** Where targets are found: a file, a server, a cluster. */
export interface Discoverer {
  /**
   * Looks and goes on looking until the signal aborts. What goes wrong outside is reported and tried again; it does
   * not throw.
   */
  run(report: Report, signal: AbortSignal): Promise<void>
}
