import UPlot from 'uplot'
import type { PanelExemplar, PanelMark } from '../panel-props.ts'
import { withAlpha } from './plot-options.ts'

/** Lines nearer than this are drawn as one, so that many marks do not hide what they mark. */
const APART_PX = 6

/** Marks: a dashed line each, and a band where it lasted. */
export function drawMarks(u: UPlot, marks: readonly PanelMark[]): void {
  const { ctx } = u
  const { left, top, width, height } = u.bbox
  const ratio = UPlot.pxRatio
  const lines = new Map<number, { readonly x: number; readonly color: string }>()
  // A band covers what is below it, so bands that overlap are painted once: a column of pixels each.
  const bands = new Map<string, Uint8Array>()
  for (const { atMs, endMs, color } of marks) {
    const x = Math.round(u.valToPos(atMs / 1000, 'x', true))
    const end = endMs === undefined ? x : Math.round(u.valToPos(endMs / 1000, 'x', true))
    if (end < left || x > left + width) continue
    const from = Math.max(left, x)
    const to = Math.min(left + width, end)
    if (to - from > 2 * ratio) {
      const band = bands.get(color) ?? new Uint8Array(Math.ceil(width) + 1)
      bands.set(color, band.fill(1, Math.floor(from - left), Math.ceil(to - left)))
    }
    const slot = Math.floor(x / (APART_PX * ratio))
    if (x >= left && [slot - 1, slot, slot + 1].every((one) => !lines.has(one)))
      lines.set(slot, { x, color })
  }
  ctx.save()
  for (const [color, band] of bands) drawBand(u, color, band)
  ctx.lineWidth = ratio
  ctx.setLineDash([3 * ratio, 3 * ratio])
  for (const { x, color } of lines.values()) {
    ctx.strokeStyle = ctx.fillStyle = color
    ctx.globalAlpha = 0.5
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

function drawBand({ ctx, bbox }: UPlot, color: string, band: Uint8Array): void {
  const { left, top, height } = bbox
  const foot = 3 * UPlot.pxRatio
  for (let from = band.indexOf(1); from >= 0;) {
    const end = band.indexOf(0, from)
    const to = end < 0 ? band.length : end
    ctx.fillStyle = withAlpha(color, 0.07)
    ctx.fillRect(left + from, top, to - from, height)
    ctx.fillStyle = color
    ctx.fillRect(left + from, top + height - foot, to - from, foot)
    from = band.indexOf(1, to)
  }
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
