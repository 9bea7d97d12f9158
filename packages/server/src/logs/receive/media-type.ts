/** Whether a body is JSON, whatever charset is said beside it. */
export function isJson(contentType: string): boolean {
  return contentType.split(';', 1)[0]!.trim().toLowerCase() === 'application/json'
}
