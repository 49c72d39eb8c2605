import { SAMPLES_PER_FRAME } from '#core/audio/pcm';

/** What stands before the audio and after it in the messages that ACS sends fifty times a second, character for character (acs-facts 4.3). */
const HEAD = Buffer.from('{"kind":"AudioData","audioData":{');
/** Each may be missing; its value is of characters that JSON does not escape. */
const MEMBERS = ['"timestamp":"', '"participantRawID":"'].map((name) => Buffer.from(name));
const MEMBER_END = Buffer.from('",');
const DATA = Buffer.from('"data":"');
const TAILS = ['=="}}', '==","silent":false}}', '==","silent":true}}'].map((tail) => Buffer.from(tail));
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) => (/[\w:.+-]/.test(String.fromCharCode(byte)) ? 1 : 0));

const frame = new Int16Array(SAMPLES_PER_FRAME);
const bytes = Buffer.from(frame.buffer);
/** Ends with two characters of padding, as 640 bytes do. */
const BASE64_CHARS = 4 * Math.ceil(bytes.length / 3);
const PADDING_CHARS = 2;

/**
 * The 20 ms of an audio message in its ordinary shape; undefined for any other message, which has to be read with care. Costs a tenth of what parsing
 * JSON costs, and no memory but the string that the decoder wants: the next call, of whatever media session, writes over the frame.
 */
export function ordinaryFrame(message: Buffer): Int16Array | undefined {
  const start = audioStart(message);
  if (start === undefined) return undefined;
  const end = start + BASE64_CHARS;
  if (!endsOrdinarily(message, end - PADDING_CHARS)) return undefined;
  // What is no base64, a quotation mark among it, the decoder passes over, and then there is too little.
  return bytes.write(message.toString('latin1', start, end), 'base64') === bytes.length ? frame : undefined;
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
