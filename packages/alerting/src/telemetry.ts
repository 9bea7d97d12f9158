import type { Receiver } from './notify/outcome.ts'
import type { NoRoom } from './route/alert-store.ts'
import type { HeldReason } from './route/muting.ts'

/** What the server lends for watching: where to count and where to write. Its own registry and log fit. */
export interface AlertingTelemetry {
  readonly registry: {
    counter(name: string, help: string, labelNames: readonly string[]): AlertingCounter
  }
  readonly log: AlertingLog
}

/** Why a notification is never sent. */
const GIVEN_UP = ['refused', 'gave_up', 'no_receiver', 'outbox_full'] as const

type GivenUp = (typeof GIVEN_UP)[number]

export interface AlertingCounter {
  inc(labels?: Readonly<Record<string, string>>, by?: number): void
}

export interface AlertingLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** What happens in this room: each event moves its counter and writes its line together. */
export class AlertingEvents {
  readonly log: AlertingLog
  readonly #evaluations: AlertingCounter
  readonly #failures: AlertingCounter
  readonly #missed: AlertingCounter
  readonly #received: AlertingCounter
  readonly #refusedAlerts: AlertingCounter
  readonly #cutAnnotations: AlertingCounter
  readonly #refusedGroups: AlertingCounter
  readonly #suppressed: AlertingCounter
  readonly #failedLabels: AlertingCounter
  readonly #refusedSilences: AlertingCounter
  readonly #refusedMaintenance: AlertingCounter
  readonly #notifications: AlertingCounter
  readonly #requestFailures: AlertingCounter
  readonly #failedNotifications: AlertingCounter
  readonly #superseded: AlertingCounter
  readonly #toldByPeer: AlertingCounter
  readonly #peerMessages: AlertingCounter
  readonly #refusedRecords: AlertingCounter
  readonly #storeFailures: AlertingCounter
  readonly #samplesRejected: AlertingCounter

  constructor({ registry, log }: AlertingTelemetry) {
    this.log = log
    this.#evaluations = registry.counter(
      'weir_alerting_rule_evaluations_total',
      'Rules evaluated, by group.',
      ['group'],
    )
    this.#failures = registry.counter(
      'weir_alerting_rule_failures_total',
      'Rules that could not be evaluated, by group.',
      ['group'],
    )
    this.#missed = registry.counter(
      'weir_alerting_iterations_missed_total',
      'Evaluations left out because the one before was still running, by group.',
      ['group'],
    )
    this.#received = registry.counter(
      'weir_alerting_alerts_received_total',
      'Alerts taken in from rules and other senders.',
      ['status'],
    )
    this.#cutAnnotations = registry.counter(
      'weir_alerting_annotations_cut_total',
      'Annotations longer than is kept, counted each time that their alert is heard of.',
      [],
    )
    this.#refusedAlerts = registry.counter(
      'weir_alerting_alerts_refused_total',
      'Alerts not taken in, by reason: invalid, alert_limit, name_limit.',
      ['reason'],
    )
    this.#refusedSilences = registry.counter(
      'weir_alerting_silences_refused_total',
      'Silences not kept because of a limit, by reason: count, size.',
      ['reason'],
    )
    this.#refusedMaintenance = registry.counter(
      'weir_alerting_maintenance_refused_total',
      'Maintenance windows not kept because there are too many.',
      [],
    )
    this.#refusedGroups = registry.counter(
      'weir_alerting_groups_refused_total',
      'Alerts that are not told because there is no room for another group.',
      [],
    )
    this.#suppressed = registry.counter(
      'weir_alerting_notifications_suppressed_total',
      'Alerts held back when their group had its turn, by reason: inhibition, active_time_interval, mute_time_interval, silence, maintenance.',
      ['reason'],
    )
    this.#failedLabels = registry.counter(
      'weir_alerting_route_labels_failed_total',
      'Labels of routes left out because their template failed.',
      [],
    )
    this.#notifications = registry.counter(
      'weir_alerting_notifications_total',
      'Notifications delivered.',
      ['integration'],
    )
    this.#requestFailures = registry.counter(
      'weir_alerting_notification_attempts_failed_total',
      'Attempts to deliver that failed and will be repeated.',
      ['integration'],
    )
    this.#failedNotifications = registry.counter(
      'weir_alerting_notifications_failed_total',
      'Notifications given up, by reason: refused, gave_up, no_receiver, outbox_full.',
      ['integration', 'reason'],
    )
    this.#superseded = registry.counter(
      'weir_alerting_notifications_superseded_total',
      'Unsent notifications replaced by a newer one of the same group.',
      ['integration'],
    )
    this.#toldByPeer = registry.counter(
      'weir_alerting_notifications_told_by_peer_total',
      'Unsent notifications dropped because a peer delivered the same.',
      ['integration'],
    )
    this.#peerMessages = registry.counter(
      'weir_alerting_peer_messages_total',
      'Messages between this Weir and its peers: sent, received, failed.',
      ['result'],
    )
    this.#refusedRecords = registry.counter(
      'weir_alerting_peer_records_refused_total',
      'What peers said and was not taken: it cannot be read, or a limit is reached.',
      ['part'],
    )
    this.#storeFailures = registry.counter(
      'weir_alerting_store_failures_total',
      'Writes of alert state or of the outbox that failed and will be repeated.',
      ['part'],
    )
    this.#samplesRejected = registry.counter(
      'weir_alerting_samples_rejected_total',
      'Samples of rules that the store did not take, by reason.',
      ['reason'],
    )
  }

  rulesEvaluated(group: string, count: number): void {
    this.#evaluations.inc({ group }, count)
  }

  ruleFailed(where: { readonly group: string; readonly rule: string }, error: string): void {
    this.#failures.inc({ group: where.group })
    this.log.warn({ ...where, error }, 'Rule could not be evaluated')
  }

  iterationsMissed(group: string, count: number): void {
    this.#missed.inc({ group }, count)
    this.log.warn({ group, count }, 'Rule group is slower than its interval')
  }

  alertsReceived(status: 'firing' | 'resolved', count: number): void {
    this.#received.inc({ status }, count)
  }

  alertRefused(reason: 'invalid' | NoRoom, why: string): void {
    this.#refusedAlerts.inc({ reason })
    this.log.warn({ reason, why }, 'Alert refused')
  }

  annotationsCut(count: number): void {
    this.#cutAnnotations.inc({}, count)
  }

  silenceRefused(reason: 'count' | 'size'): void {
    this.#refusedSilences.inc({ reason })
  }

  maintenanceRefused(): void {
    this.#refusedMaintenance.inc()
  }

  groupRefused(alert: string): void {
    this.#refusedGroups.inc({})
    this.log.error({ alert }, 'No room for another group: the alert is not told')
  }

  notificationsSuppressed(reason: HeldReason, count: number): void {
    this.#suppressed.inc({ reason }, count)
  }

  routeLabelFailed(where: { readonly route: string; readonly label: string }, error: string): void {
    this.#failedLabels.inc({})
    this.log.warn({ ...where, error }, 'Label of a route could not be expanded')
  }

  notificationSent(integration: string): void {
    this.#notifications.inc({ integration })
  }

  attemptFailed(what: NotificationRef, error: string): void {
    this.#requestFailures.inc({ integration: what.integration })
    this.log.warn({ ...what, error }, 'Notification not delivered yet')
  }

  /** Their counters begin at 0: one that is born with its first 1 never grew, and no alert sees it. */
  receiversKnown(receivers: Iterable<Pick<Receiver, 'integrations'>>): void {
    for (const { kind: integration } of [...receivers].flatMap((each) => each.integrations)) {
      this.#notifications.inc({ integration }, 0)
      this.#requestFailures.inc({ integration }, 0)
      for (const reason of GIVEN_UP) this.#failedNotifications.inc({ integration, reason }, 0)
    }
  }

  notificationFailed(what: NotificationRef, reason: GivenUp, error: string): void {
    this.#failedNotifications.inc({ integration: what.integration, reason })
    this.log.error({ ...what, reason, error }, 'Notification given up')
  }

  notificationSuperseded(integration: string): void {
    this.#superseded.inc({ integration })
  }

  notificationToldByPeer(integration: string): void {
    this.#toldByPeer.inc({ integration })
  }

  peerMessage(result: 'sent' | 'received' | 'failed'): void {
    this.#peerMessages.inc({ result })
  }

  peerRecordRefused(part: string): void {
    this.#refusedRecords.inc({ part })
  }

  peerUp(address: string, name: string): void {
    this.log.info({ address, name }, 'Peer answers')
  }

  peerDown(address: string, error: string): void {
    this.log.warn({ address, error }, 'Peer does not answer: both tell until it does')
  }

  leaseGained(term: number): void {
    this.log.info({ term }, 'Rules are evaluated here')
  }

  leaseLost(term: number): void {
    this.log.info({ term }, 'Rules are not evaluated here any more')
  }

  storeFailed(part: 'rules' | 'alerts' | 'outbox' | 'history' | 'marks', error: string): void {
    this.#storeFailures.inc({ part })
    this.log.error({ part, error }, 'Alert state could not be written')
  }

  samplesRejected(reason: string, count: number): void {
    this.#samplesRejected.inc({ reason }, count)
  }
}

export interface NotificationRef {
  readonly receiver: string
  readonly integration: string
  readonly groupKey: string
}
