import type { AlertView, Remark, SignalKind } from '@weir/packs'

/** Words by which alerts speak of a signal, in their names (`KafkaLagHigh`) and their summaries. */
const SPEAKS_OF: Readonly<Record<SignalKind, RegExp>> = {
  errors: /fail|error|abort|reject|refus|exception|discard|drop/i,
  freshness: /fresh|stale|success|late\b|overdue|missed|old\b/i,
  backlog: /lag|behind|backlog|wait|queue|pending|unread/i,
  throughput: /throughput|traffic|volume|nothing|records\/s|spike/i,
  latency: /latency|slow|delay|duration|takes|took/i,
}

/** Whether a remark tells what an alert already says: of the same stage, and of the same signal. */
export function isSaidBy(
  { name, summary, labels }: Pick<AlertView, 'name' | 'summary' | 'labels'>,
  { stage, kind }: Pick<Remark, 'stage' | 'kind'>,
): boolean {
  return labels['stage'] === stage && SPEAKS_OF[kind].test(`${name} ${summary}`)
}
