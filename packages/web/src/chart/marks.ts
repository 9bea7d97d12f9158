import type UPlot from 'uplot'

/** Something that happened, to be seen on a chart. */
export interface Mark {
  /** Seconds since 1970. */
  readonly at: number
  readonly title: string
  readonly text: string
  readonly tone: 'error' | 'warning' | 'info' | 'success'
}

const LIGHT = { error: '#c9392f', warning: '#b87700', info: '#5c6e73', success: '#2f8763' } as const
const DARK = { error: '#ff8f84', warning: '#f0b95a', info: '#8fa3a8', success: '#74d1a6' } as const

/** Where marks fall on one pixel, the gravest is seen. */
const GRAVITY = { error: 3, warning: 2, success: 1, info: 0 } as const

export function markColor(tone: Mark['tone'], dark: boolean): string {
  return (dark ? DARK : LIGHT)[tone]
}

/** One mark for each pixel that has any, by position: the gravest. */
export function gravestByPixel(
  marks: readonly Mark[],
  pixelOf: (at: number) => number,
): Map<number, Mark['tone']> {
  const pixels = new Map<number, Mark['tone']>()
  for (const { at, tone } of marks) {
    const pixel = Math.round(pixelOf(at))
    const there = pixels.get(pixel)
    if (there === undefined || GRAVITY[tone] > GRAVITY[there]) pixels.set(pixel, tone)
  }
  return pixels
}

/** Marks no farther than `reach` seconds from a time, nearest first. */
export function marksNear(marks: readonly Mark[], at: number, reach: number): Mark[] {
  return marks
    .filter((mark) => Math.abs(mark.at - at) <= reach)
    .toSorted((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at))
}

/** Draws each mark as a thin dashed line with a head, behind the pointer and before the lines of the chart. */
export function drawMarks(u: UPlot, marks: readonly Mark[], dark: boolean): void {
  const { ctx } = u
  const { left, top, width, height } = u.bbox
  const scale = devicePixelRatio
  const pixels = gravestByPixel(marks, (at) => u.valToPos(at, 'x', true))
  ctx.save()
  ctx.lineWidth = scale
  for (const [pixel, tone] of pixels) {
    if (pixel < left || pixel > left + width) continue
    ctx.strokeStyle = ctx.fillStyle = markColor(tone, dark)
    ctx.globalAlpha = 0.75
    ctx.setLineDash([3 * scale, 3 * scale])
    ctx.beginPath()
    ctx.moveTo(pixel, top)
    ctx.lineTo(pixel, top + height)
    ctx.stroke()
    ctx.globalAlpha = 1
    ctx.beginPath()
    ctx.moveTo(pixel - 4 * scale, top)
    ctx.lineTo(pixel + 4 * scale, top)
    ctx.lineTo(pixel, top + 6 * scale)
    ctx.fill()
  }
  ctx.restore()
}
