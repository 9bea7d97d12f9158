import { eventually, value } from '../weir-process.ts'

/** Waits until each query gives its number; tells which did not, and what it gave. */
export async function waitForValues(
  web: string,
  wanted: Readonly<Record<string, number>>,
): Promise<void> {
  for (const [expr, want] of Object.entries(wanted)) {
    let got: number | undefined
    const isThere = async (): Promise<boolean> => {
      got = await value(web, expr)
      return got === want
    }
    await eventually(`${expr} to be ${want}`, isThere).catch((error: Error) => {
      throw new Error(`${error.message}; it is ${got}`)
    })
  }
}
