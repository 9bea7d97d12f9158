import { WeirError } from '@weir/model'

/** Version of the protocol, as metrics and messages name it. */
export type WriteVersion = '1.0' | '2.0'

const MESSAGES: Readonly<Record<string, WriteVersion>> = {
  '': '1.0', // senders of 1.0 need not name it
  'prometheus.WriteRequest': '1.0',
  'io.prometheus.write.v2.Request': '2.0',
}

const WANTED =
  'want application/x-protobuf, with proto=prometheus.WriteRequest or proto=io.prometheus.write.v2.Request'

/**
 * The version that a request speaks, by its `Content-Type`; the version header only informs.
 *
 * @throws {WeirError} `HTTP_BODY_TYPE` for what is not remote write, or not packed by snappy
 * @see prometheus/docs:docs/specs/prw/remote_write_spec_2_0.md
 */
export function writeVersion(contentType: string, contentEncoding: string): WriteVersion {
  const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim())
  if (type.toLowerCase() !== 'application/x-protobuf') {
    throw refused(`content type ${JSON.stringify(contentType.slice(0, 100))}: ${WANTED}`)
  }
  let message = ''
  for (const parameter of parameters) {
    const parts = /^([^=]+)=(.*)$/.exec(parameter)
    if (parts?.[1]?.toLowerCase() === 'proto') message = parts[2]!.replaceAll('"', '')
  }
  const version = MESSAGES[message]
  if (version === undefined) {
    throw refused(`message ${JSON.stringify(message.slice(0, 100))}: ${WANTED}`)
  }
  // Senders of 1.0 that forget the header send snappy all the same; Prometheus takes them too.
  if (contentEncoding !== '' && contentEncoding.toLowerCase() !== 'snappy') {
    throw refused(`encoding ${JSON.stringify(contentEncoding.slice(0, 100))}: want snappy`)
  }
  return version
}

function refused(what: string): WeirError {
  return new WeirError('HTTP_BODY_TYPE', `Cannot take remote write of ${what}`)
}
