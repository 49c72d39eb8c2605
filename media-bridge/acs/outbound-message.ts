import type { Writable } from 'node:stream';
import { SAMPLES_PER_FRAME, writeBase64 } from '#core/audio/pcm';

/** Drops what the front has queued and not yet played: the interruption (acs-facts 4.4). */
export const stopAudioMessage = '{"kind":"StopAudio","stopAudio":{}}';

const BEFORE_DATA = '{"kind":"AudioData","audioData":{"data":"';
const AFTER_DATA = '"}}';
const DATA_CHARS = Math.ceil((SAMPLES_PER_FRAME * 2) / 3) * 4;
const MESSAGE_CHARS = BEFORE_DATA.length + DATA_CHARS + AFTER_DATA.length;
/** RFC 6455 section 5.2: a text message that is whole, not masked, of between 126 and 65,535 bytes. */
const HEADER = Buffer.of(0x81, 126, MESSAGE_CHARS >> 8, MESSAGE_CHARS & 0xff);

interface AudioMessage {
  readonly bytes: Buffer;
  /** The part of `bytes` that differs from frame to frame, two characters each. */
  readonly data: Uint16Array;
}

function newAudioMessage(): AudioMessage {
  const dataAt = HEADER.length + BEFORE_DATA.length;
  // Two characters begin at an even place in memory.
  const from = dataAt % 2;
  const memory = new ArrayBuffer(from + HEADER.length + MESSAGE_CHARS);
  const bytes = Buffer.from(memory, from);
  HEADER.copy(bytes);
  bytes.write(BEFORE_DATA, HEADER.length, 'latin1');
  bytes.write(AFTER_DATA, dataAt + DATA_CHARS, 'latin1');
  return { bytes, data: new Uint16Array(memory, from + dataAt, DATA_CHARS / 2) };
}

let message = newAudioMessage();

/**
 * Audio to the caller, one frame (acs-facts 4.4). Written to the socket under the WebSocket, which has to be open: it is done fifty times a second for every
 * call, nearly always in the same piece of memory, and the library would make a handful of strings and buffers each time.
 */
export function writeAudioMessage(socket: Writable, frame: Int16Array): void {
  writeBase64(frame, message.data);
  socket.write(message.bytes);
  // A socket that has not passed on all it was given still needs the memory.
  if (socket.writableLength > 0) message = newAudioMessage();
}
