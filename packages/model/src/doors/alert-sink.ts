import type { Labels } from '../labels.ts'

/** One alert, as rules hand it to whoever notifies people. Labels identify it; `alertname` is among them. */
export interface Alert {
  readonly labels: Labels
  readonly annotations: Labels
  /** When it began to fire, ms. */
  readonly startsAtMs: number
  /** When it was resolved, or when it will count as resolved if nothing more is heard; ms. */
  readonly endsAtMs: number
  /** The sender said no end: `endsAtMs` is when it counts as resolved for want of news. */
  readonly isTimeout?: boolean
  /** A rule of this Weir raised it, that another one evaluates when this one cannot: it leaves with the duty. */
  readonly isOfDuty?: boolean
  /** Link to the expression behind it. */
  readonly generatorUrl: string
  /** What shows that it is so; absent when the sender did not say. No part of its identity. */
  readonly evidence?: AlertEvidence
}

/** The figure behind an alert. */
export interface AlertEvidence {
  readonly expr: string
  /** That `expr` is LogQL; absent for PromQL. */
  readonly source?: 'logs'
  /** At the last evaluation at which the condition held. */
  readonly value: number
  /** What the expression compares the value with, where that is one number. */
  readonly threshold?: Threshold
  /** Of value and threshold: `seconds`, `bytes`, `ratio`, …; absent when unknown. */
  readonly unit?: string
}

/** `value operator threshold` held, such as `7 > 5`. */
export interface Threshold {
  readonly operator: '==' | '!=' | '<' | '>' | '<=' | '>='
  readonly value: number
}

/** Takes alerts from the rules: Weir's own routing, or a distant Alertmanager. */
export interface AlertSink {
  /** Resolves when the alerts are in safe hands: written to disk or acknowledged. */
  receive(alerts: readonly Alert[]): Promise<void>
}
