/**
 * As much of protobuf as a remote-write request needs: varints, doubles, text, nested messages.
 * Grows by doubling; `finish` gives the bytes.
 */
export class ProtobufWriter {
  #bytes = new Uint8Array(1024)
  #view = new DataView(this.#bytes.buffer)
  #length = 0

  /** An integer that is not negative; zero is left out, as protobuf does. */
  uint(field: number, value: number): void {
    if (value === 0) return
    this.#tag(field, 0)
    this.#varint(value)
  }

  double(field: number, value: number): void {
    if (Object.is(value, 0)) return
    this.#tag(field, 1)
    this.#reserve(8)
    this.#view.setFloat64(this.#length, value, true)
    this.#length += 8
  }

  /** Prometheus's stale marker: a NaN whose bits say that the series ends here. */
  staleMarker(field: number): void {
    this.#tag(field, 1)
    this.#reserve(8)
    // Bit by bit: a NaN that is set as a number may lose its payload.
    this.#view.setUint32(this.#length, 0x00000002, true)
    this.#view.setUint32(this.#length + 4, 0x7ff00000, true)
    this.#length += 8
  }

  text(field: number, value: string): void {
    this.bytes(field, Buffer.from(value, 'utf8'))
  }

  bytes(field: number, value: Uint8Array): void {
    this.#tag(field, 2)
    this.#varint(value.byteLength)
    this.#reserve(value.byteLength)
    this.#bytes.set(value, this.#length)
    this.#length += value.byteLength
  }

  message(field: number, write: (inner: ProtobufWriter) => void): void {
    const inner = new ProtobufWriter()
    write(inner)
    this.bytes(field, inner.finish())
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  #tag(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType)
  }

  // By division: timestamps need 41 bits, and `>>>` stops at 32.
  #varint(value: number): void {
    this.#reserve(10)
    let rest = value
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.#bytes[this.#length++] = rest
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.byteLength) return
    const grown = new Uint8Array(Math.max(this.#bytes.byteLength * 2, this.#length + more))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }
}
