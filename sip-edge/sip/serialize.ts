/** A SIP message to bytes. The only place where header text meets the wire, so the only place that must refuse line ends. */
import type { SipMessage } from './message.ts';
import { singleLine } from './loggable.ts';

export function serializeMessage(message: SipMessage): Buffer {
  const body = Buffer.from(message.body, 'utf8');
  const lines = [startLineOf(message)];
  for (const { name, value } of message.headers) {
    if (name.toLowerCase() === 'content-length') continue;
    lines.push(`${name.replace(/[^A-Za-z0-9.!%*_+`'~-]/g, '')}: ${singleLine(value)}`);
  }
  lines.push(`Content-Length: ${body.length}`, '', '');
  return Buffer.concat([Buffer.from(lines.join('\r\n'), 'utf8'), body]);
}

export function startLineOf(message: SipMessage): string {
  return message.kind === 'request'
    ? `${message.method} ${singleLine(message.uri).replaceAll(' ', '')} SIP/2.0`
    : `SIP/2.0 ${message.status} ${singleLine(message.reason)}`;
}
