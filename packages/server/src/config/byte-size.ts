type ByteUnits = Readonly<Record<string, number>>

const DECIMAL: ByteUnits = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
}

/** As Prometheus reads sizes of prometheus.yml: a kilobyte there has 1024 bytes. */
const BINARY: ByteUnits = { ...DECIMAL, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 }

/** Bytes of `16MiB`, `10GB` or a plain number of bytes; undefined for anything else. */
export function readByteSize(text: string): number | undefined {
  return sizeIn(DECIMAL, text)
}

/** The same where a kilobyte has 1024 bytes. */
export function readBinarySize(text: string): number | undefined {
  return sizeIn(BINARY, text)
}

function sizeIn(units: ByteUnits, text: string): number | undefined {
  const parts = /^(\d+(?:\.\d+)?) ?([KMGT]?i?B)?$/.exec(text)
  const unit = parts === null ? undefined : units[parts[2] ?? '']
  return parts === null || unit === undefined ? undefined : Math.floor(Number(parts[1]) * unit)
}
