import UPlot from 'uplot'
import type { PanelExemplar, PanelMark } from '../panel-props.ts'
import { withAlpha } from './plot-options.ts'

/** Marks: a dashed line each, and a band where it lasted. */
export function drawMarks(u: UPlot, marks: readonly PanelMark[]): void {
  const { ctx } = u
  const { left, top, width, height } = u.bbox
  const ratio = UPlot.pxRatio
  ctx.save()
  ctx.lineWidth = ratio
  for (const { atMs, endMs, color } of marks) {
    const x = Math.round(u.valToPos(atMs / 1000, 'x', true))
    const end = endMs === undefined ? x : Math.round(u.valToPos(endMs / 1000, 'x', true))
    if (end < left || x > left + width) continue
    const from = Math.max(left, x)
    const to = Math.min(left + width, end)
    if (to - from > 2 * ratio) {
      ctx.fillStyle = withAlpha(color, 0.08)
      ctx.fillRect(from, top, to - from, height)
      ctx.fillStyle = color
      ctx.fillRect(from, top + height - 3 * ratio, to - from, 3 * ratio)
    }
    if (x < left) continue
    ctx.strokeStyle = ctx.fillStyle = color
    ctx.globalAlpha = 0.7
    ctx.setLineDash([3 * ratio, 3 * ratio])
    ctx.beginPath()
    ctx.moveTo(x, top)
    ctx.lineTo(x, top + height)
    ctx.stroke()
    ctx.globalAlpha = 1
    ctx.beginPath()
    ctx.moveTo(x - 4 * ratio, top + height)
    ctx.lineTo(x + 4 * ratio, top + height)
    ctx.lineTo(x, top + height - 6 * ratio)
    ctx.fill()
  }
  ctx.restore()
}

/** Exemplars as diamonds on a scale. */
export function drawExemplars(
  u: UPlot,
  exemplars: readonly PanelExemplar[],
  scale: string,
  color: string,
): void {
  const { ctx } = u
  const { left, top, width, height } = u.bbox
  const size = 4 * UPlot.pxRatio
  ctx.save()
  ctx.fillStyle = color
  for (const { atMs, value } of exemplars) {
    const x = u.valToPos(atMs / 1000, 'x', true)
    const y = u.valToPos(value, scale, true)
    if (x < left || x > left + width || y < top || y > top + height) continue
    ctx.beginPath()
    ctx.moveTo(x, y - size)
    ctx.lineTo(x + size, y)
    ctx.lineTo(x, y + size)
    ctx.lineTo(x - size, y)
    ctx.fill()
  }
  ctx.restore()
}
