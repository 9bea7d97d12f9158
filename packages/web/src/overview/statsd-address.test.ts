import { expect, test } from 'vitest'
import { hostAndPort } from './statsd-address.ts'

test.each([
  ['127.0.0.1:8125', '127.0.0.1', '8125'],
  ['udp://10.0.0.5:9125', '10.0.0.5', '9125'],
  ['0.0.0.0:8125', '127.0.0.1', '8125'],
  ['[::]:8125', '127.0.0.1', '8125'],
  ['[::1]:8125', '::1', '8125'],
  [':8125', '127.0.0.1', '8125'],
])('%s is reached at %s, port %s', (address, host, port) =>
  expect(hostAndPort(address)).toEqual({ host, port }),
)
