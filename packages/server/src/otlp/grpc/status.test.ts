import { type ErrorCode, WeirError } from '@weir/model'
import { expect, test } from 'vitest'
import { errorTrailers } from './status.ts'

test.each([
  ['OTLP_INVALID', 3],
  ['HTTP_BODY_BROKEN', 3],
  ['HTTP_TOO_LARGE', 3],
  ['HTTP_BROKEN', 4],
  ['HTTP_NOT_FOUND', 12],
  ['HTTP_BODY_TYPE', 12],
  ['BUG', 13],
] as const)('%s is %i, which no sender tries again but for 4', (code: ErrorCode, status) => {
  expect(errorTrailers(new WeirError(code, 'Cannot'))).toEqual({
    'grpc-status': String(status),
    'grpc-message': 'Cannot',
  })
})

test.each(['STORAGE_FULL', 'STORAGE_BUSY', 'STORAGE_FAILED', 'PUSH_BUSY'] as const)(
  '%s is 14, with the time to wait',
  (code) => {
    const trailers = errorTrailers(new WeirError(code, 'Cannot'))
    expect(trailers['grpc-status']).toBe('14')
    const details = Buffer.from(trailers['grpc-status-details-bin']!, 'base64').toString('latin1')
    const url = 'type.googleapis.com/google.rpc.RetryInfo'
    const any = `\n\x28${url}\x12\x04\n\x02\x08\x05`
    expect(details).toBe(`\x08\x0e\x12\x06Cannot\x1a${String.fromCharCode(any.length)}${any}`)
  },
)

test('a message goes through headers whatever it holds', () => {
  const told = errorTrailers(new WeirError('OTLP_INVALID', '100% "ü€"\n'))['grpc-message']
  expect(told).toBe('100%25 "%C3%BC%E2%82%AC"%0A')
  const long = errorTrailers(new WeirError('STORAGE_FULL', '€'.repeat(5000)))
  expect(Object.values(long).join('').length).toBeLessThan(16_384)
})
