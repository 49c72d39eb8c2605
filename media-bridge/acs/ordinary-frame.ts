import { BASE64_FRAME_CHARS, base64Frame } from './base64-frame.ts';

/** What stands before the audio and after it in the messages that ACS sends fifty times a second, character for character (acs-facts 4.3). */
const HEAD = Buffer.from('{"kind":"AudioData","audioData":{');
/** Each may be missing; its value is of characters that JSON does not escape. */
const MEMBERS = ['"timestamp":"', '"participantRawID":"'].map((name) => Buffer.from(name));
const MEMBER_END = Buffer.from('",');
const DATA = Buffer.from('"data":"');
const TAILS = ['=="}}', '==","silent":false}}', '==","silent":true}}'].map((tail) => Buffer.from(tail));
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) => (/[\w:.+-]/.test(String.fromCharCode(byte)) ? 1 : 0));

const PADDING_CHARS = 2;

/**
 * The 20 ms of an audio message in its ordinary shape; undefined for any other message, which has to be read with care. A frame costs a third of
 * what parsing JSON costs, and no memory: the next call, of whatever media session, writes over it.
 */
export function ordinaryFrame(message: Buffer): Int16Array | undefined {
  const start = audioStart(message);
  if (start === undefined || !endsOrdinarily(message, start + BASE64_FRAME_CHARS - PADDING_CHARS)) return undefined;
  return base64Frame(message, start);
}

function audioStart(message: Buffer): number | undefined {
  if (!standsAt(message, 0, HEAD)) return undefined;
  let at = HEAD.length;
  for (const member of MEMBERS) at = afterMember(message, at, member);
  return standsAt(message, at, DATA) ? at + DATA.length : undefined;
}

/** Where it began when it is not there. */
function afterMember(message: Buffer, start: number, name: Buffer): number {
  if (!standsAt(message, start, name)) return start;
  let at = start + name.length;
  while (PLAIN[message[at] ?? 0] === 1) at += 1;
  return standsAt(message, at, MEMBER_END) ? at + MEMBER_END.length : start;
}

function endsOrdinarily(message: Buffer, from: number): boolean {
  for (const tail of TAILS) if (message.length === from + tail.length && standsAt(message, from, tail)) return true;
  return false;
}

function standsAt(message: Buffer, at: number, text: Buffer): boolean {
  if (at + text.length > message.length) return false;
  for (let n = 0; n < text.length; n += 1) if (message[at + n] !== text[n]) return false;
  return true;
}
