import { useEffect, useEffectEvent, useState } from 'react'
import type { LokiLabels, LokiStream } from '../../api/loki.ts'
import { serverNow } from '../../time/server-clock.ts'
import { type LogLine, linesOf, splitLabels } from '../lines/line.ts'
import { type Followed, NOTHING_FOLLOWED, held, withArrived } from './followed.ts'

/** What Weir sends over the socket. */
interface TailFrame {
  readonly streams?: readonly LokiStream[] | null
  readonly dropped_entries?: readonly { readonly labels: LokiLabels }[] | null
}

/** The page is drawn anew so often at most, however many lines come. */
const DRAW_MS = 250

/** After a lost connection, first and longest. */
const RETRY_MS = 1000
const RETRY_MAX_MS = 15_000

export type TailState = 'off' | 'connecting' | 'open' | 'lost'

/** Follows the lines of a query as they come, while it is wanted. */
export function useTail(wanted: {
  readonly query: string
  readonly isOn: boolean
  readonly labelNames: readonly string[]
}): {
  readonly state: TailState
  readonly followed: Followed
  readonly hold: (isHeld: boolean) => void
} {
  const { query, isOn } = wanted
  const of = isOn ? query : undefined
  const [told, setTold] = useState<{
    of: string | undefined
    state: TailState
    followed: Followed
  }>({
    of,
    state: 'off',
    followed: NOTHING_FOLLOWED,
  })
  if (told.of !== of) {
    setTold({ of, state: isOn ? 'connecting' : 'off', followed: NOTHING_FOLLOWED })
  }
  const changeFollowed = (next: (before: Followed) => Followed): void =>
    setTold((before) =>
      before.of === of ? { ...before, followed: next(before.followed) } : before,
    )
  const names = useEffectEvent(() => new Set(wanted.labelNames))

  const arrived = useEffectEvent((lines: readonly LogLine[], dropped: number) =>
    changeFollowed((before) => withArrived(before, lines, dropped, serverNow())),
  )

  useEffect(() => {
    if (of === undefined) return undefined
    return follow(of, {
      onState: (state) => setTold((before) => (before.of === of ? { ...before, state } : before)),
      onFrames: (frames) => {
        const known = names()
        const streams = frames.flatMap((frame) => frame.streams ?? [])
        const dropped = frames.reduce((sum, frame) => sum + (frame.dropped_entries?.length ?? 0), 0)
        const lines = linesOf(
          known.size === 0 ? streams : streams.map((stream) => splitLabels(stream, known)),
          'newest',
        )
        arrived(lines, dropped)
      },
    })
  }, [of])

  return {
    state: told.state,
    followed: told.followed,
    hold: (isHeld) => changeFollowed((before) => held(before, isHeld)),
  }
}

/** Opens the socket, and again when it was lost, until it is told to stop. */
function follow(
  query: string,
  tell: {
    readonly onState: (state: TailState) => void
    readonly onFrames: (frames: readonly TailFrame[]) => void
  },
): () => void {
  let socket: WebSocket | undefined
  let frames: TailFrame[] = []
  let wait = RETRY_MS
  let retry: ReturnType<typeof setTimeout> | undefined
  // What was written while the connection was lost is asked for.
  let sinceMs = serverNow()
  const draw = setInterval(() => {
    // Also without lines: the rate falls when nothing comes.
    tell.onFrames(frames)
    frames = []
  }, DRAW_MS)
  const open = (): void => {
    const address = new URL('/loki/api/v1/tail', location.href)
    address.protocol = address.protocol.replace('http', 'ws')
    address.search = new URLSearchParams({
      query,
      limit: '1000',
      start: `${BigInt(Math.round(sinceMs)) * 1_000_000n}`,
    }).toString()
    const opened = new WebSocket(address)
    socket = opened
    opened.addEventListener('open', () => {
      wait = RETRY_MS
      tell.onState('open')
    })
    opened.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      sinceMs = serverNow()
      const frame = typeof data === 'string' ? frameOf(data) : undefined
      if (frame !== undefined) frames.push(frame)
    })
    opened.addEventListener('close', () => {
      if (socket !== opened) return
      tell.onState('lost')
      retry = setTimeout(open, wait)
      wait = Math.min(RETRY_MAX_MS, wait * 2)
    })
  }
  open()
  return () => {
    clearInterval(draw)
    clearTimeout(retry)
    const last = socket
    socket = undefined
    last?.close()
  }
}

function frameOf(text: string): TailFrame | undefined {
  try {
    return JSON.parse(text) as TailFrame
  } catch {
    return undefined
  }
}
