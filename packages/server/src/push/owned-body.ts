/** The bytes in a buffer of their own, which can change hands; those of a large body are so already. */
export function ownedBody(body: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = body
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) {
    return new Uint8Array(buffer)
  }
  return new Uint8Array(body)
}
