/** How a kind of text marks words, and what of a foreign text must be escaped in it. */
export interface Markup {
  escape(text: string): string
  /** Takes an escaped text. */
  bold(escaped: string): string
  /** Takes plain texts. */
  link(text: string, href: string): string
  /** Between two links. */
  readonly between: string
}

export const PLAIN: Markup = {
  escape: (text) => text,
  bold: (text) => text,
  link: (text, href) => `${text}: ${href}`,
  between: '\n',
}

/** CommonMark, as Teams, Mattermost, Discord, Rocket.Chat and Webex read it. */
export const MARKDOWN: Markup = {
  // Every sign that may begin something; a mention begins with @, which a backslash does not stop.
  escape: (text) => text.replace(/[\\`*_{}[\]<>()#+!|~]/g, '\\$&').replaceAll('@', '@\u200b'),
  bold: (text) => `**${text}**`,
  link: (text, href) => `[${MARKDOWN.escape(text)}](${href.replace(/[()\s]/g, percent)})`,
  between: ' · ',
}

/**
 * Slack's own: the three signs that it asks to be escaped; no mention and no link can begin without `<`.
 *
 * @see docs.slack.dev/messaging/formatting-message-text
 */
export const SLACK: Markup = {
  escape: escapeSlack,
  bold: (text) => `*${text}*`,
  link: (text, href) => `<${escapeSlack(href).replaceAll('|', '%7C')}|${escapeSlack(text)}>`,
  between: ' · ',
}

function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** The few tags that Telegram and e-mail share. */
export const HTML: Markup = {
  escape: escapeHtml,
  bold: (text) => `<b>${text}</b>`,
  link: (text, href) => `<a href="${escapeHtml(href)}">${escapeHtml(text)}</a>`,
  between: ' · ',
}

/**
 * Telegram's MarkdownV2, which refuses a message with any of these signs bare.
 *
 * @see core.telegram.org/bots/api#markdownv2-style
 */
export const TELEGRAM_V2: Markup = {
  escape: (text) => text.replace(/[\\_*[\]()~`>#+\-=|{}.!]/g, '\\$&'),
  bold: (text) => `*${text}*`,
  link: (text, href) => `[${TELEGRAM_V2.escape(text)}](${href.replace(/[()\\\s]/g, percent)})`,
  between: ' · ',
}

/** Telegram's first Markdown, in which few signs mean something. */
export const TELEGRAM_V1: Markup = {
  escape: (text) => text.replace(/[_*`[]/g, '\\$&'),
  bold: (text) => `*${text}*`,
  link: (text, href) => `[${text.replace(/[[\]]/g, '')}](${href.replace(/[()\s]/g, percent)})`,
  between: ' · ',
}

/**
 * Jira's wiki markup.
 *
 * @see jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all
 */
export const JIRA_WIKI: Markup = {
  escape: (text) => text.replace(/[\\{}[\]*_\-+^~|!#?@]/g, '\\$&'),
  bold: (text) => `*${text}*`,
  link: (text, href) => `[${JIRA_WIKI.escape(text)}|${href.replace(/[[\]|\s]/g, percent)}]`,
  between: ' | ',
}

function escapeHtml(text: string): string {
  return escapeSlack(text).replaceAll('"', '&quot;').replaceAll("'", '&#39;')
}

function percent(sign: string): string {
  return `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}
