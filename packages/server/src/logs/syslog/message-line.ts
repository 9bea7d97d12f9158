import { Labels } from '@weir/model'
import { FACILITIES, type SyslogMessage } from '@weir/wire'
import { severityOfSyslog } from '../recognise/severity-words.ts'
import type { SocketLine } from '../sockets/line-door.ts'

/** Labels of messages without the name of a program. */
const NOBODY = 'syslog'
const KNOWN_MAX = 10_000

/** What becomes of a message: its text is the line; host and program are labels; the rest is beside it. */
export class MessageLines {
  readonly #labels = new Map<string, Labels>()

  /** @param peer the sender's address, for messages that name no host */
  line(message: SyslogMessage, peer: string): SocketLine {
    const { facility, severity, timeNs, host, app, procId, msgId, data, text } = message
    const metadata = ['facility', FACILITIES[facility]!]
    if (procId !== '') metadata.push('proc_id', procId)
    if (msgId !== '') metadata.push('msg_id', msgId)
    for (let i = 0; i < data.length; i += 3)
      metadata.push(`${data[i]}_${data[i + 1]}`, data[i + 2]!)
    return {
      labels: this.#labelsOf(host || peer, app),
      timeNs: timeNs ?? 0n,
      severity: severityOfSyslog(severity),
      line: Buffer.from(text),
      metadata,
    }
  }

  #labelsOf(host: string, app: string): Labels {
    const key = `${host}\0${app}`
    const known = this.#labels.get(key)
    if (known !== undefined) return known
    if (this.#labels.size >= KNOWN_MAX) this.#labels.clear()
    const program = app === '' ? { service_name: NOBODY } : { app_name: app, service_name: app }
    const labels = Labels.of(host === '' ? program : { host, ...program })
    this.#labels.set(key, labels)
    return labels
  }
}
