import type { Labels } from '../labels.ts'

/** One alert, as rules hand it to whoever notifies people. Labels identify it; `alertname` is among them. */
export interface Alert {
  readonly labels: Labels
  readonly annotations: Labels
  /** When it began to fire, ms. */
  readonly startsAtMs: number
  /** When it was resolved, or when it will count as resolved if nothing more is heard; ms. */
  readonly endsAtMs: number
  /** Link to the expression behind it. */
  readonly generatorUrl: string
}

/** Takes alerts from the rules: Weir's own routing, or a distant Alertmanager. */
export interface AlertSink {
  /** Resolves when the alerts are in safe hands: written to disk or acknowledged. */
  receive(alerts: readonly Alert[]): Promise<void>
}
