import type { AlertEvidence } from '@weir/model'

/** Evidence as JSON can hold it: NaN and infinities are texts. */
export interface StoredEvidence extends Omit<AlertEvidence, 'value' | 'threshold'> {
  readonly value: number | string
  readonly threshold?: {
    readonly operator: NonNullable<AlertEvidence['threshold']>['operator']
    readonly value: number | string
  }
}

const toStored = (value: number): number | string =>
  Number.isFinite(value) ? value : String(value)

/** As a property that is absent where there is no evidence. */
export function storeEvidence(evidence: AlertEvidence | undefined): {
  readonly evidence?: StoredEvidence
} {
  if (evidence === undefined) return {}
  const { threshold, value, ...rest } = evidence
  return {
    evidence: {
      ...rest,
      value: toStored(value),
      ...(threshold && {
        threshold: { operator: threshold.operator, value: toStored(threshold.value) },
      }),
    },
  }
}

export function loadEvidence(stored: StoredEvidence | undefined): {
  readonly evidence?: AlertEvidence
} {
  if (stored === undefined) return {}
  const { threshold, value, ...rest } = stored
  return {
    evidence: {
      ...rest,
      value: Number(value),
      ...(threshold && {
        threshold: { operator: threshold.operator, value: Number(threshold.value) },
      }),
    },
  }
}
