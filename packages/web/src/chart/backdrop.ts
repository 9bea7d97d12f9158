import type UPlot from 'uplot'

/** What stands behind the lines of a chart: stretches of time, and values to hold them against. */
export interface Backdrop {
  /** Seconds since 1970. */
  readonly spans: readonly (readonly [from: number, to: number])[]
  readonly levels: readonly { readonly value: number; readonly isChosen: boolean }[]
}

/** So narrow a stretch is still to be seen, in pixels. */
const SPAN_MIN = 2

export function drawSpans(u: UPlot, { spans }: Backdrop, dark: boolean): void {
  const { ctx } = u
  const { left, top, width, height } = u.bbox
  ctx.save()
  ctx.beginPath()
  ctx.rect(left, top, width, height)
  ctx.clip()
  ctx.fillStyle = dark ? 'rgba(229, 89, 77, 0.26)' : 'rgba(201, 57, 47, 0.16)'
  for (const [from, to] of spans) {
    const begin = u.valToPos(from, 'x', true)
    const end = u.valToPos(to, 'x', true)
    if (end < left || begin > left + width) continue
    ctx.fillRect(begin, top, Math.max(SPAN_MIN * devicePixelRatio, end - begin), height)
  }
  ctx.restore()
}

/** Dashed lines across, the chosen one strong. */
export function drawLevels(u: UPlot, { levels }: Backdrop, dark: boolean): void {
  const { ctx } = u
  const { left, width } = u.bbox
  ctx.save()
  ctx.strokeStyle = dark ? '#ff8f84' : '#b3261e'
  for (const { value, isChosen } of levels) {
    const y = Math.round(u.valToPos(value, 'y', true)) + 0.5
    ctx.globalAlpha = isChosen ? 1 : 0.45
    ctx.lineWidth = (isChosen ? 1.5 : 1) * devicePixelRatio
    ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio])
    ctx.beginPath()
    ctx.moveTo(left, y)
    ctx.lineTo(left + width, y)
    ctx.stroke()
  }
  ctx.restore()
}
