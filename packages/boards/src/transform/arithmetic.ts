/** The operators of calculated columns. */

type Binary = (left: number, right: number) => number | boolean

const BINARY: Readonly<Record<string, Binary>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '**': (a, b) => a ** b,
  '=': (a, b) => a === b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
}

const UNARY: Readonly<Record<string, (value: number) => number>> = {
  abs: Math.abs,
  exp: Math.exp,
  ln: Math.log,
  log: Math.log,
  floor: Math.floor,
  ceil: Math.ceil,
  round: Math.round,
  trunc: Math.trunc,
  sign: Math.sign,
  percent: (value) => value * 100,
}

export function binaryOperator(sign: string): Binary | undefined {
  return Object.hasOwn(BINARY, sign) ? BINARY[sign] : undefined
}

export function unaryOperator(name: string): ((value: number) => number) | undefined {
  return Object.hasOwn(UNARY, name) ? UNARY[name] : undefined
}
