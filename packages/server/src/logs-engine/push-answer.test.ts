import { expect, test } from 'vitest'
import { judgePush } from './push-answer.ts'

// Sentences as Loki 3 writes them.
test.each<[number, string, string]>([
  [204, '', 'sent'],
  [200, '', 'sent'],
  [500, 'rpc error: code = Unavailable', 'retry'],
  [502, '', 'retry'],
  [503, 'Ingester is shutting down', 'retry'],
  [401, 'no org id', 'retry'],
  [403, '', 'retry'],
  [404, '404 page not found', 'retry'],
  [301, '', 'retry'],
  [429, 'Ingestion rate limit exceeded for user fake (limit: 4194304 bytes/sec)', 'retry'],
  [429, 'Per stream rate limit exceeded (limit: 3MB/sec) while attempting to ingest', 'retry'],
  [
    429,
    'Maximum active stream limit exceeded when trying to create stream {app="x"}, reduce the number of active streams',
    'stream_limit',
  ],
  [
    400,
    'entry for stream \'{app="x"}\' has timestamp too old: 2020-01-01T00:00:00Z, oldest acceptable timestamp is: 2026-01-01T00:00:00Z',
    'too_old',
  ],
  [
    400,
    'entry for stream \'{app="x"}\' has timestamp too new: 2027-01-01T00:00:00Z',
    'too_far_in_future',
  ],
  [
    400,
    "entry with timestamp 2026-01-01 00:00:00 +0000 UTC ignored, reason: 'entry too far behind, entry timestamp is: 2026-01-01T00:00:00Z, oldest acceptable timestamp is: 2026-01-01T01:00:00Z',",
    'too_far_behind',
  ],
  [
    400,
    "max entry size '262144' bytes exceeded for stream '{app=\"x\"}' while adding an entry",
    'line_too_long',
  ],
  [400, 'entry for stream \'{app="x"}\' has 16 label names; limit 15', 'bad_labels'],
  [400, "stream '{app=\"x\"}' has label value too long: 'vvv'", 'bad_labels'],
  [400, 'error at least one label pair is required per stream', 'bad_labels'],
  [
    400,
    'stream \'{app="x"}\' includes structured metadata, but this feature is disallowed.',
    'too_much_metadata',
  ],
  [413, '', 'request_too_large'],
  [422, 'whatever', 'other'],
])('%d %s: %s', (status, text, want) => {
  const outcome = judgePush({ status, retryAfter: '', text }, 0)
  expect(outcome.kind === 'refused' ? outcome.reason : outcome.kind).toBe(want)
})

test.each<[string, number | undefined]>([
  ['', undefined],
  ['2', 2000],
  ['0', undefined],
  ['86400', 300_000],
  ['Thu, 01 Jan 1970 00:00:07 GMT', 7000],
  ['soon', undefined],
])('Retry-After %j waits %s ms', (retryAfter, afterMs) => {
  expect(judgePush({ status: 503, retryAfter, text: '' }, 0)).toMatchObject({ afterMs })
})
