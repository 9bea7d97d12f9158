import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const FONTS = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf']

/**
 * SVG as PNG, at two pixels for one, on a thread of the pool: ours goes on. The fonts are our own,
 * the machine's are not looked for.
 */
export async function paint(svg: string, signal: AbortSignal): Promise<Uint8Array> {
  const fontFiles = FONTS.map((name) => require.resolve(`dejavu-fonts-ttf/ttf/${name}`))
  const font = { fontFiles, loadSystemFonts: false, defaultFontFamily: 'DejaVu Sans' }
  const { renderAsync } = await import('@resvg/resvg-js') // 8 MiB that many never need
  const own = new AbortController() // the painter takes a signal for good
  const stop = (): void => own.abort()
  signal.addEventListener('abort', stop, { once: true })
  try {
    const options = { fitTo: { mode: 'zoom', value: 2 }, font } as const
    return (await renderAsync(svg, options, own.signal)).asPng()
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
