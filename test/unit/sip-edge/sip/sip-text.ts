/** SIP messages as text, valid but for what a test changes. */

export const INVITE_LINES = [
  'INVITE sip:+15550100@127.0.0.1;user=phone SIP/2.0',
  'Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bKabc;rport',
  'Max-Forwards: 70',
  'From: "IVR" <sip:+15550199@sbc.enterprise.test>;tag=from1',
  'To: <sip:+15550100@127.0.0.1>',
  'Call-ID: call-1@sbc.enterprise.test',
  'CSeq: 1 INVITE',
  'Contact: <sip:+15550199@sbc.enterprise.test:5070>',
  'Content-Length: 0',
];

export function sipText(lines: readonly string[], body = ''): Buffer {
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

/** The INVITE with one line replaced (by its header name), added, or with `undefined` removed. */
export function inviteWith(name: string, line: string | undefined): Buffer {
  const isThat = (text: string): boolean => text.toLowerCase().startsWith(`${name.toLowerCase()}:`);
  const kept = INVITE_LINES.filter((text) => !isThat(text));
  return sipText(line === undefined ? kept : [...kept, line]);
}
