// Ten hues that stay apart for most colour-blind readers (after Okabe and Ito, and Observable 10),
// a darker set for paper and a lighter one for the dark scheme: 3:1 and more against either.
const LIGHT = [
  '#0f6577',
  '#c4601c',
  '#6a4fa3',
  '#3d7d2c',
  '#b3356b',
  '#2f6fb5',
  '#8a6d0b',
  '#8c4a3a',
  '#4b6670',
  '#0b7f63',
] as const
const DARK = [
  '#6cc3d2',
  '#f0a05a',
  '#b7a0ea',
  '#93cf7c',
  '#f08bb4',
  '#82b4f0',
  '#dcc25a',
  '#d99a86',
  '#a9c0c8',
  '#5fcfac',
] as const

/** The colour of the n-th series. Beyond ten they come again. */
export function seriesColor(index: number, dark: boolean): string {
  const colors = dark ? DARK : LIGHT
  return colors[index % colors.length]!
}
