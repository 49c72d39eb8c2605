const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The text of a queue message, or `undefined` when it is not encoded as host.json says. */
export function decodeMessage(messageText: string, encoding: 'base64' | 'none'): string | undefined {
  if (encoding === 'none') return messageText;
  return BASE64.test(messageText) ? Buffer.from(messageText, 'base64').toString('utf8') : undefined;
}
