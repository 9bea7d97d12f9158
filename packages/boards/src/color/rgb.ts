/** Colours as numbers: reading them, mixing them, and how far apart they stand for the eye. */

export interface Rgb {
  /** 0 to 255. */
  readonly r: number
  readonly g: number
  readonly b: number
  /** 0 to 1. */
  readonly a: number
}

/** Reads `#rgb`, `#rrggbb`, `#rrggbbaa`, `rgb(…)` and `rgba(…)`; undefined for anything else. */
export function readColor(text: string): Rgb | undefined {
  const hex = /^#([0-9a-f]{3,8})$/i.exec(text.trim())?.[1]
  if (hex !== undefined) return readHex(hex)
  const parts = /^rgba?\(([^()]*)\)$/i
    .exec(text.trim())?.[1]
    ?.split(/[\s,/]+/)
    .filter(Boolean)
  if (parts === undefined || parts.length < 3) return undefined
  const [r, g, b, a = 1] = parts.map((part) =>
    part.endsWith('%') ? (Number(part.slice(0, -1)) / 100) * 255 : Number(part),
  )
  const color = { r: r!, g: g!, b: b!, a }
  return Object.values(color).every(Number.isFinite) ? color : undefined
}

function readHex(hex: string): Rgb | undefined {
  const long = hex.length <= 4 ? hex.replaceAll(/./g, '$&$&') : hex
  if (long.length !== 6 && long.length !== 8) return undefined
  const at = (index: number): number => Number.parseInt(long.slice(index, index + 2), 16)
  return { r: at(0), g: at(2), b: at(4), a: long.length === 8 ? at(6) / 255 : 1 }
}

/** `#rrggbb`, or `rgba(…)` where something shines through. */
export function colorText({ r, g, b, a }: Rgb): string {
  const [red, green, blue] = [r, g, b].map((part) => Math.round(Math.min(255, Math.max(0, part))))
  if (a < 1) return `rgba(${red}, ${green}, ${blue}, ${Number(a.toFixed(3))})`
  return `#${[red, green, blue].map((part) => part!.toString(16).padStart(2, '0')).join('')}`
}

/** 0 is the first, 1 the second, between them a straight line. */
export function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const between = (a: number, b: number): number => a + (b - a) * share
  return {
    r: between(from.r, to.r),
    g: between(from.g, to.g),
    b: between(from.b, to.b),
    a: between(from.a, to.a),
  }
}

function luminance({ r, g, b }: Rgb): number {
  const [red, green, blue] = [r, g, b].map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

/** WCAG's contrast of two colours, 1 to 21. */
export function contrast(one: Rgb, other: Rgb): number {
  const [light, dark] = [luminance(one), luminance(other)].toSorted((a, b) => b - a)
  return (light! + 0.05) / (dark! + 0.05)
}
