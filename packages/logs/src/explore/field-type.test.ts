import { expect, test } from 'vitest'
import { fieldType } from './field-type.ts'

test.each([
  ['17', 'int'],
  ['-3', 'int'],
  ['1', 'int'], // not a boolean
  ['1.5', 'float'],
  ['1e3', 'float'],
  ['99999999999999999999', 'float'], // beyond an int64
  ['NaN', 'float'],
  ['true', 'boolean'],
  ['F', 'boolean'],
  ['3ms', 'duration'],
  ['1h2m0.5s', 'duration'],
  ['12 kB', 'bytes'],
  ['1.5GiB', 'bytes'],
  ['10.0.0.1', 'string'],
  ['', 'string'],
  ['5 apples', 'string'],
])('%j is of type %s', (value, type) => expect(fieldType(value)).toBe(type))
