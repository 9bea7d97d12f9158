import { readFile } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import type { ListenAddress } from './listen-address.ts'

/**
 * How many packets the kernel has dropped because the receive buffer of a UDP socket was full, as Linux tells in
 * `/proc/net/udp` and `udp6`; undefined where there is no such table or no such socket.
 *
 *     sl  local_address rem_address   st tx_queue rx_queue … inode ref pointer drops
 *     12: 0100007F:1FBD 00000000:0000 07 00000000:00000000 … 38127 2 00000000ab12 17
 */
export async function kernelDrops(address: ListenAddress): Promise<number | undefined> {
  try {
    const table = await readFile(isIPv6(address.host) ? '/proc/net/udp6' : '/proc/net/udp', 'utf8')
    return dropsIn(table, address)
  } catch {
    return undefined
  }
}

/** The `drops` column of the socket that is bound to an address. */
export function dropsIn(table: string, address: ListenAddress): number | undefined {
  const rows = rowsOf(table, address)
  if (rows.length === 0) return undefined
  return rows.reduce((sum, columns) => sum + Number(columns.at(-1)), 0)
}

/** The numbers of the sockets that are bound to an address, as `/proc/PID/fd` shows them. */
export function inodesIn(table: string, address: ListenAddress): string[] {
  return rowsOf(table, address).map((columns) => columns[INODE_COLUMN]!)
}

/** `tr tm->when` and what comes before it are nine columns. */
const INODE_COLUMN = 9

function rowsOf(table: string, address: ListenAddress): string[][] {
  const local = kernelAddress(address)
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[1] === local)
}

/** As the kernel prints it: each 32-bit word of the address in the machine's byte order, here little-endian. */
function kernelAddress({ host, port }: ListenAddress): string {
  const words = isIPv6(host) ? wordsOf6(host) : [host.split('.').map(Number)]
  const text = words.map((bytes) => bytes.toReversed().map(hexByte).join('')).join('')
  return `${text}:${port.toString(16).padStart(4, '0')}`.toUpperCase()
}

function wordsOf6(host: string): number[][] {
  // The URL parser writes every form of an address in one: shortest, hexadecimal.
  const plain = new URL(`http://[${host.replace(/%.*$/, '')}]`).hostname.slice(1, -1)
  const [before = '', after] = plain.split('::')
  const left = before === '' ? [] : before.split(':')
  const right = after === undefined || after === '' ? [] : after.split(':')
  const zeros = Array<string>(8 - left.length - right.length).fill('0')
  const groups = [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16))
  const bytes = groups.flatMap((group) => [group >> 8, group & 255])
  return [0, 4, 8, 12].map((at) => bytes.slice(at, at + 4))
}

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}
