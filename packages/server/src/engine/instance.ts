import { hostname } from 'node:os'
import type { Appender, Labels } from '@weir/model'
import type { WeirConfig } from '../config/weir-config.ts'
import { engineOf } from './engine-of.ts'

/**
 * Several Weirs may bring series of the same labels into one engine. What one of them adds up in its own
 * memory (StatsD, increments of OTLP, lines that are counted) or repeats from it (pushed groups) is its own
 * number, and two such numbers under one name would be one series that jumps between them. So these series
 * are told apart by a label.
 *
 * What comes ready made has none: scraped targets, remote write, sums of OTLP that grow at their sender,
 * lines of InfluxDB, results of rules. These are the same series whichever Weir brings them.
 */
export interface InstanceLabel {
  readonly label: string
  readonly name: string
}

/** Undefined where this Weir stands alone. */
export function instanceOf({
  storage,
  notifications,
  rules,
}: Pick<WeirConfig, 'storage' | 'notifications' | 'rules'>): InstanceLabel | undefined {
  const engine = engineOf(storage)
  if (engine === undefined) return undefined
  const { instance_label: label, instance_name: given } = engine
  const isAlone = notifications.peers.length === 0 && rules.run !== 'never'
  if (given === undefined && isAlone) return undefined
  return { label, name: given ?? notifications.peer_name ?? hostname() }
}

/** An appender whose series have the label unless their sender has set it. */
export function labelled(below: Appender, instance: InstanceLabel | undefined): Appender {
  if (instance === undefined) return below
  return {
    ref: (labels) => below.ref(withInstance(labels, instance)),
    release: below.release.bind(below),
    append: below.append.bind(below),
    appendColumns: below.appendColumns.bind(below),
    appendHistogram: below.appendHistogram.bind(below),
    appendExemplar: below.appendExemplar.bind(below),
    describe: below.describe.bind(below),
    commit: below.commit.bind(below),
    close: below.close.bind(below),
  }
}

function withInstance(labels: Labels, { label, name }: InstanceLabel): Labels {
  return labels.has(label) ? labels : labels.with(label, name)
}
