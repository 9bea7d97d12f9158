import { type MantineColorsTuple, createTheme } from '@mantine/core'

// River water, from foam to depth. White text stands on index 7 at 6.6:1, on index 6 at 4.6:1.
const water: MantineColorsTuple = [
  '#e9f6f8',
  '#d3eaee',
  '#a5d4dc',
  '#74bdca',
  '#4ea9ba',
  '#3597a9',
  '#1c7f92',
  '#0f6577',
  '#0e5261',
  '#0a3f4b',
]

// Mantine's greys for the dark scheme, tinted like the rest of the page.
const night: MantineColorsTuple = [
  '#e3edee',
  '#aebfc3',
  '#8fa3a8',
  '#5c6e73',
  '#31454c',
  '#25363c',
  '#18282e',
  '#132025',
  '#0d1619',
  '#0a1114',
]

/** Mantine in Weir's clothes: small radii, one accent, our type. */
export const theme = createTheme({
  primaryColor: 'water',
  primaryShade: { light: 7, dark: 6 },
  colors: { water, dark: night },
  fontFamily: "'IBM Plex Sans Variable', system-ui, sans-serif",
  fontFamilyMonospace: "'IBM Plex Mono', ui-monospace, monospace",
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  defaultRadius: 'sm',
  radius: { xs: '2px', sm: '5px', md: '7px', lg: '10px', xl: '14px' },
  cursorType: 'pointer',
})
