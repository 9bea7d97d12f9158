/** What an attribute's value is to a browser. `unsafe`: it changes how other content is taken. */
export type AttributeKind = 'plain' | 'url' | 'css' | 'js' | 'srcset' | 'unsafe'

const URLS =
  'action archive background cite classid codebase data formaction href icon longdesc manifest poster profile src usemap xmlns'
const UNSAFE =
  'accept-charset async challenge charset content crossorigin defer enctype form formenctype formmethod formnovalidate http-equiv keytype language novalidate pattern rel sandbox srcdoc type value'
const PLAIN =
  'accept alt autocomplete autofocus autoplay border checked class cols colspan contenteditable contextmenu controls coords datetime default dir dirname disabled draggable dropzone for formtarget headers height hidden high hreflang id ismap kind label lang list loop low max maxlength media mediagroup method min multiple name open optimum placeholder preload pubdate radiogroup readonly required reversed rows rowspan spellcheck scope scoped seamless selected shape size sizes span srclang start step tabindex target title width wrap'

const KNOWN = new Map<string, AttributeKind>([
  ...PLAIN.split(' ').map((name) => [name, 'plain'] as const),
  ...URLS.split(' ').map((name) => [name, 'url'] as const),
  ...UNSAFE.split(' ').map((name) => [name, 'unsafe'] as const),
  ['style', 'css'],
  ['srcset', 'srcset'],
])

/** A careful guess for names that HTML does not have: what sounds like a URL is treated as one. */
export function attributeKind(name: string): AttributeKind {
  const colon = name.indexOf(':')
  if (!name.startsWith('data-') && name.startsWith('xmlns:')) return 'url'
  const short = name.startsWith('data-') ? name.slice(5) : name.slice(colon + 1)
  const known = KNOWN.get(short)
  if (known !== undefined) return known
  if (short.startsWith('on')) return 'js'
  return /src|uri|url/.test(short) ? 'url' : 'plain'
}
