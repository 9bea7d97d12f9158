import { unescaped } from './json-scanner.ts'

/**
 * Reads `a=1 b="two words" c` pair by pair, with the faults of the library that Loki reads it with: a pair
 * that cannot be read is passed over up to the next blank, and `error` tells of the last one.
 */
export class LogfmtScanner {
  #line = ''
  #at = 0
  key = ''
  value = ''
  #fault = ''
  #faultAt = 0

  begin(line: string): void {
    this.#line = line
    this.#at = 0
    this.#fault = ''
  }

  /** What was wrong last, '' when nothing was. */
  get error(): string {
    if (this.#fault === '') return ''
    const place = Buffer.byteLength(this.#line.slice(0, this.#faultAt)) + 1
    return `logfmt syntax error at pos ${place} : ${this.#fault}`
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#line.length
  }

  /** Whether there was a pair to read; it may have no key, at the end of a line. */
  next(): boolean {
    this.key = ''
    this.value = ''
    const line = this.#line
    let at = this.#at
    while (at < line.length && line.charCodeAt(at) <= 0x20) at++
    if (at >= line.length) {
      this.#at = line.length
      return false
    }
    const start = at
    for (; at < line.length; at++) {
      const char = line.charCodeAt(at)
      if (char === 0x3d) break
      if (char === 0x22) return this.#unexpected('"', at)
      if (char <= 0x20) break
    }
    this.#at = at
    const key = line.slice(start, at)
    if (key.includes('\uFFFD')) {
      this.#fail('invalid key')
      if (line[at] === '=') this.#skip()
      return false
    }
    if (line[at] === '=' && key === '') return this.#unexpected('=', at)
    this.key = key
    if (line[at] !== '=') return true
    this.#at = ++at
    if (at >= line.length || line.charCodeAt(at) <= 0x20) return true
    return line[at] === '"' ? this.#quoted(at) : this.#bare(at)
  }

  #bare(start: number): boolean {
    const line = this.#line
    let at = start
    for (; at < line.length; at++) {
      const char = line.charCodeAt(at)
      if (char === 0x3d || char === 0x22) return this.#unexpected(line[at]!, at)
      if (char <= 0x20) break
    }
    this.#at = at
    this.value = line.slice(start, at)
    return true
  }

  #quoted(start: number): boolean {
    const line = this.#line
    let hasEscapes = false
    for (let at = start + 1; at < line.length; at++) {
      const char = line.charCodeAt(at)
      if (char === 0x5c) {
        hasEscapes = true
        at++
      } else if (char === 0x22) {
        this.#at = at + 1
        const inside = line.slice(start + 1, at)
        this.value = hasEscapes ? unescaped(inside) : inside
        if (hasEscapes && this.value === '' && inside !== '') {
          this.#fail('invalid quoted value')
          return false
        }
        return true
      }
    }
    this.#at = line.length
    this.#fail('unterminated quoted value')
    return false
  }

  #unexpected(char: string, at: number): false {
    this.#at = at
    this.#fail(char === '=' ? "unexpected '='" : "unexpected '\"'")
    this.#skip()
    return false
  }

  #fail(what: string): void {
    this.#fault = what
    this.#faultAt = this.#at
  }

  #skip(): void {
    const line = this.#line
    while (this.#at < line.length && line.charCodeAt(this.#at) > 0x20) this.#at++
  }
}
