/**
 * What this process writes from now on nobody reads outside of its group: logs, samples, hashes of tokens. The data
 * directory may have been there before, open to all. Sockets have modes of their own.
 */
export function keepToOneself(): void {
  process.umask(process.umask() | 0o027)
}
