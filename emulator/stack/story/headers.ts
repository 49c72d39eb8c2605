import { decodeHeader } from '../../enterprise/sip/headers.ts';
import { printable, text, valueOf } from './fields.ts';

interface Header {
  readonly name: string;
  readonly value: string;
}

/** What came with a call, decoded already: `{ userToUser, custom: { name: value } }`. */
export function inboundHeaders(headers: unknown): string[] {
  const userToUser = text(headers, 'userToUser');
  const custom = valueOf(headers, 'custom');
  const names = typeof custom === 'object' && custom !== null ? Object.keys(custom) : [];
  return aligned([
    ...(userToUser === '' ? [] : [{ name: 'User-to-User', value: userToUser }]),
    ...names.map((name) => ({ name: printable(name), value: text(custom, name) })),
  ]);
}

/** What goes with a transfer, as a person's desktop will show it: `{ userToUser, prefix, custom: [{ name, value }] }`, encoded. */
export function outboundHeaders(headers: unknown): string[] {
  const userToUser = text(headers, 'userToUser');
  const custom = valueOf(headers, 'custom');
  const prefix = text(headers, 'prefix');
  return aligned([
    ...(userToUser === '' ? [] : [{ name: 'User-to-User', value: userToUser }]),
    ...(Array.isArray(custom) ? custom : []).map((header: unknown) => ({
      name: `${prefix}${text(header, 'name')}`,
      value: text(header, 'value'),
    })),
  ]);
}

/** Of headers at a queue's phone. */
export function headerNames(headers: unknown): string[] {
  return (Array.isArray(headers) ? headers : []).map((header: unknown) => text(header, 'name'));
}

function aligned(headers: readonly Header[]): string[] {
  const width = Math.max(0, ...headers.map(({ name }) => name.length));
  return headers.map((header) => `${header.name.padEnd(width)}  ${printable(decodeHeader(header).decoded)}`);
}
