import type { AlertingOptions } from '@weir/alerting'
import type { WeirConfig } from './weir-config.ts'

/** `notifications` of weir.yml, and what `rules` bounds, in the words of the alerting room. */
export function notificationLimits({
  notifications: keys,
  rules,
}: Pick<WeirConfig, 'notifications' | 'rules'>): Pick<
  AlertingOptions,
  'giveUpAfterMs' | 'resendDelayMs' | 'limits'
> {
  return {
    giveUpAfterMs: keys.give_up_after,
    resendDelayMs: keys.resend_delay,
    limits: {
      pending: keys.max_pending,
      history: keys.max_history,
      failedBytes: keys.max_failed_bytes,
      alertHistory: {
        retentionMs: keys.alert_history_retention,
        events: keys.max_alert_history,
      },
      maintenanceWindows: keys.max_maintenance_windows,
      concurrency: keys.max_requests_per_receiver,
      backoffMaxMs: keys.max_backoff,
      alerts: keys.max_alerts,
      alertsPerName: keys.max_alerts_per_name,
      annotationBytes: keys.max_annotation_bytes,
      groups: keys.max_groups,
      keptRules: rules.max_kept,
      silences: {
        countMax: keys.max_silences,
        bytesMax: keys.max_silence_bytes,
        matcherBytesMax: keys.max_matcher_bytes,
        retentionMs: keys.silence_retention,
      },
    },
  }
}
