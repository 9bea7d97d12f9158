export {
  COUNTER,
  DISTRIBUTION,
  EventColumns,
  GAUGE,
  type LineMeaning,
  PLAIN_MEANING,
  SET,
  STATSD_REJECTS,
  type StatsdReject,
  TIMER,
  rejectIndex,
} from './statsd/event-columns.ts'
export { type ParseOptions, parseStatsd } from './statsd/parse.ts'
export {
  type CheckNotice,
  type EventNotice,
  type Notice,
  type NoticeReject,
  parseNotice,
} from './statsd/notices.ts'
export {
  type NameDialects,
  type NamedTags,
  escapeName,
  readTags,
  splitName,
} from './statsd/name.ts'
export {
  ExpositionPage,
  PageOverfull,
  type MetadataLine,
  type PageExemplar,
  type PageFault,
} from './exposition/page.ts'
export { type SeriesNames } from './exposition/series-names.ts'
export { ClassicConverter } from './exposition/classic-converter.ts'
export { SeriesTable } from './exposition/series-table.ts'
export { parseText } from './exposition/parse-text.ts'
export { parseOpenMetrics } from './exposition/parse-openmetrics.ts'
export { ProtoSeriesTable } from './exposition/proto-table.ts'
export { type ProtobufOptions, parseProtobuf } from './exposition/parse-protobuf.ts'
export {
  type ProtoFamily,
  type ProtoMetric,
  encodeProtobufPage,
} from './exposition/encode-protobuf.ts'
export { formatFloat } from './exposition/float.ts'
export { type Exposition, exposition } from './exposition/write.ts'
export {
  type FederationFormat,
  FederationPage,
  federationFormat,
  federationType,
} from './exposition/federation-page.ts'
export { SNAPPY_SLACK, type SnappyHead, snappyHead, unpackSnappy } from './snappy/decode.ts'
export { ByteKeys, KEY_SLACK } from './keys/byte-keys.ts'
export { WriteBatch, type WriteRefusal } from './remote-write/write-batch.ts'
export { type WriteReader } from './remote-write/write-reader.ts'
export { WriteReaderV1 } from './remote-write/parse-v1.ts'
export { WriteReaderV2 } from './remote-write/parse-v2.ts'
export { seriesLabels } from './remote-write/labels.ts'
export {
  type SentSeries,
  encodeWriteRequestV1,
  encodeWriteRequestV2,
} from './remote-write/encode.ts'
export {
  type SentAbout,
  SentLabels,
  type SentMetadata,
  SentSymbol,
  typeNumber,
} from './remote-write/sent-labels.ts'
export {
  type RequestVersion,
  RequestWriter,
  type SentColumns,
} from './remote-write/request-writer.ts'
export { packSnappy } from './snappy/encode.ts'
export {
  type ReadFormat,
  type ReadQuery,
  type ReadRequest,
  parseReadRequest,
} from './remote-read/read-request.ts'
export { FrameWriter, writeResultSeries } from './remote-read/read-response.ts'
export { BlockIndex, type BlockSeries, type ChunkPlace } from './prometheus-block/block-index.ts'
export { ChunkSamples } from './prometheus-block/chunk-samples.ts'
export { type ReadAt, damaged as damagedFile } from './prometheus-block/damage.ts'
export { checkSegmentHead, readChunk } from './prometheus-block/read-chunk.ts'
export { type Deleted, readTombstones } from './prometheus-block/tombstones.ts'
export { type HeadChunk, headChunks } from './prometheus-head/head-chunks.ts'
export { readLog } from './prometheus-head/read-log.ts'
export { type HeadEvents, readRecord } from './prometheus-head/read-record.ts'
export { ProtoWriter } from './protobuf/writer.ts'
export { type Attributes } from './otlp/attributes.ts'
export { CUMULATIVE, DELTA, type MetricHead, type ScopeHead } from './otlp/heads.ts'
export { protobufOfJson } from './otlp/json-request.ts'
export {
  OTLP_EXPONENTIAL,
  type Exponential,
  type ExponentialBuckets,
  OTLP_GAUGE,
  HAS_SUM,
  OTLP_HISTOGRAM,
  type Lists,
  NO_VALUE,
  OtlpBatch,
  type OtlpExemplar,
  type OtlpKind,
  OTLP_SUM,
  OTLP_SUMMARY,
} from './otlp/otlp-batch.ts'
export { OtlpReader } from './otlp/read-request.ts'
export {
  type OtlpAttribute,
  type OtlpExemplarTold,
  type OtlpMetric,
  type OtlpMetricsRequest,
  type OtlpValue,
  encodeOtlp,
} from './otlp/encode-request.ts'
export {
  type OtlpEncoding,
  type PartialSuccess,
  grpcStatusDetails,
  otlpResponse,
  otlpStatus,
} from './otlp/response.ts'
export { LineBatch } from './influx/line-batch.ts'
export { type FieldName, LineReader } from './influx/line-reader.ts'
export { lineFault } from './influx/fault.ts'
export { type Precision } from './influx/timestamp.ts'
export { type MsgpackValue, encodeMsgpack } from './msgpack/encode.ts'
export { type Frame, MsgpackFrame } from './msgpack/frames.ts'
export { MsgpackJson } from './msgpack/json-text.ts'
export { MsgpackCut, type MsgpackKind, MsgpackReader } from './msgpack/reader.ts'
export { ForwardEntries } from './forward/entries.ts'
export { JsonFrame, forwardOfJson } from './forward/json-frames.ts'
export { type ForwardMessage, type ForwardRefusal, readForward } from './forward/message.ts'
export {
  FACILITIES,
  type SyslogMessage,
  type SyslogOptions,
  type WallClock,
  readSyslog,
} from './syslog/message.ts'
export { JsonLineScanner, SCANNED } from './json-line/scan.ts'
export { type WantedKey } from './json-line/wanted-keys.ts'
export { withoutFields } from './json-line/without-fields.ts'
export { type BulkAction, readBulk } from './elastic/read-bulk.ts'
export { labelsOfText } from './loki/labels-text.ts'
export { type PushVisitor } from './loki/push-visitor.ts'
export { readLokiPush } from './loki/read-push.ts'
export { LokiPushWriter, lokiLabels } from './loki/write-push.ts'
export { readLokiJson } from './loki/read-push-json.ts'
export { LOGS_REQUEST } from './otlp/json-shapes.ts'
export {
  type OtlpLogRecord,
  type OtlpLogScope,
  type OtlpLogVisitor,
  readOtlpLogs,
} from './otlp/logs/read-logs.ts'
