import { Labels, type Severity, WeirError } from '@weir/model'
import {
  LOGS_REQUEST,
  type OtlpLogRecord,
  type OtlpLogScope,
  type OtlpLogVisitor,
  protobufOfJson,
  readOtlpLogs,
} from '@weir/wire'
import { wantedEncoding } from '../../otlp/protocol.ts'
import { labelName } from '../lines/label-name.ts'
import type { SenderStream } from '../lines/sender-streams.ts'
import { UNKNOWN_SERVICE } from '../lines/service-name.ts'
import { severityOfOtlp, severityOfWord } from '../recognise/severity-words.ts'
import type { LineReader } from './line-reader.ts'

/** A trace id of nothing but zeros stands for none. */
const NO_ID = /^0*$/

const NOBODY = Labels.of({ service_name: UNKNOWN_SERVICE })

/** Lines of OTLP: the resource says who wrote, the rest is kept beside each line. */
export class OtlpLines implements OtlpLogVisitor {
  readonly #reader: LineReader
  readonly #resourceLabels: ReadonlySet<string>
  readonly #depthMax: number
  #stream!: SenderStream
  /** What resource and scope say beside every line of theirs. */
  #about: readonly string[] = []

  constructor(
    reader: LineReader,
    options: { readonly resourceLabels: readonly string[]; readonly depthMax: number },
  ) {
    this.#reader = reader
    this.#resourceLabels = new Set(options.resourceLabels)
    this.#depthMax = options.depthMax
  }

  /**
   * Adds the lines of a request.
   *
   * @throws {WeirError} `LOGS_INVALID`, `HTTP_BODY_TYPE`
   */
  read(text: Uint8Array, contentType: string): undefined {
    let message = { bytes: text, length: text.length }
    const depthMax = this.#depthMax
    if (wantedEncoding(contentType) === 'json') {
      const rewritten = protobufOfJson(text, { slack: 0, depthMax, shape: LOGS_REQUEST })
      if ('why' in rewritten) throw invalid(`byte ${rewritten.at} of its JSON: ${rewritten.why}`)
      message = rewritten
    }
    const fault = readOtlpLogs(message.bytes, { length: message.length, depthMax }, this)
    if (fault === 'malformed') throw invalid('it is no whole ExportLogsServiceRequest')
    if (fault === 'too_deep') {
      throw invalid(`a value is nested deeper than ${depthMax} (otlp_receiver.max_attribute_depth)`)
    }
  }

  scope({ resource, name, version, attributes }: OtlpLogScope): void {
    const labels: string[] = []
    const beside: string[] = []
    for (let i = 0; i < resource.length; i += 2) {
      const isLabel = this.#resourceLabels.has(resource[i]!)
      if (isLabel) labels.push(labelName(resource[i]!), resource[i + 1]!)
      else beside.push(resource[i]!, resource[i + 1]!)
    }
    const named = Labels.fromFlat(labels)
    this.#stream = this.#reader.senders.find(named.size === 0 ? NOBODY : named)
    this.#about = ['logger', name, 'scope_name', name].concat(
      ['scope_version', version],
      attributes,
      beside,
    )
  }

  record(record: OtlpLogRecord): void {
    const { timeNs, observedNs, line, attributes, traceId, spanId, eventName } = record
    const metadata = ['trace_id', NO_ID.test(traceId) ? '' : traceId].concat(
      ['span_id', NO_ID.test(spanId) ? '' : spanId],
      ['severity_text', record.severityText, 'event_name', eventName],
      attributes,
      this.#about,
    )
    this.#reader.addSent(line, {
      stream: this.#stream,
      timeNs: timeNs || observedNs || this.#reader.batch.nowNs,
      severity: severityOf(record),
      metadata,
    })
  }
}

function severityOf({ severityNumber, severityText }: OtlpLogRecord): Severity {
  const severity = severityOfOtlp(severityNumber)
  if (severity > 0 || severityText === '') return severity
  const bytes = Buffer.from(severityText)
  return severityOfWord(bytes, 0, bytes.length)
}

function invalid(why: string): WeirError {
  return new WeirError('LOGS_INVALID', `Cannot read an OTLP request: ${why}`)
}
