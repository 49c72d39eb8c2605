import { SAMPLES_PER_FRAME } from '#core/audio/pcm';

/** What stands before the audio and after it in the messages that ACS sends fifty times a second, character for character (acs-facts 4.3). */
const HEAD =
  /^\{"kind":"AudioData","audioData":\{(?:"timestamp":"[\w:.+-]*",)?(?:"participantRawID":"[\w:.+-]*",)?"data":"$/;
const TAIL = /^=="(?:,"silent":(?:true|false))?\}\}$/;
const DATA = '"data":"';

const frame = new Int16Array(SAMPLES_PER_FRAME);
const bytes = Buffer.from(frame.buffer);
/** Ends with two characters of padding, as 640 bytes do. */
const BASE64_CHARS = 4 * Math.ceil(bytes.length / 3);
const PADDING_CHARS = 2;

/**
 * The 20 ms of an audio message in its ordinary shape; undefined for any other message, which has to be read with care. A frame costs a sixth of
 * what parsing JSON costs, and no memory: the next call, of whatever media session, writes over it.
 */
export function ordinaryFrame(message: Buffer): Int16Array | undefined {
  const start = message.indexOf(DATA) + DATA.length;
  const end = start + BASE64_CHARS;
  if (!HEAD.test(message.toString('latin1', 0, start))) return undefined;
  if (!TAIL.test(message.toString('latin1', end - PADDING_CHARS))) return undefined;
  // What is no base64, a quotation mark among it, the decoder passes over, and then there is too little.
  return bytes.write(message.toString('latin1', start, end), 'base64') === bytes.length ? frame : undefined;
}
