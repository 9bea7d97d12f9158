/** A declaration that would lift a text out of its panel, over the page around it. */
const LIFTING = /(?<![\w-])(?:position|z-index|inset)[\w-]*\s*:/i

/**
 * A `style` without what lifts. Taking words out of the text would not do: what is left of `posiposition:x;tion:fixed`
 * lifts. One whose names could be spelt otherwise, by escapes and comments, is none.
 */
export function tameStyle(style: string): string {
  if (/\\|\/\*/.test(style)) return ''
  return style
    .split(';')
    .filter((declaration) => !LIFTING.test(declaration))
    .join(';')
}
