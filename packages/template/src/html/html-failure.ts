/** A template whose HTML no browser is sure about. */
export class HtmlFailure extends Error {
  override readonly name = 'HtmlFailure'
}
