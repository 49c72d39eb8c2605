import { FRAME_BYTES, MARK_BYTES, readMark, writeMark, type Mark } from '../services/marks.ts';

/**
 * Messages of a media socket, made and read cheaply: the measuring process must not be what is measured. Messages of the caller are made ahead; of
 * the bridge's only the first samples are decoded.
 */

const HEAD = '{"kind":"AudioData","audioData":{"timestamp":"2026-01-01T00:00:00.000Z","data":"';
const tail = (silent: boolean): string => `","silent":${silent}}}`;

export const METADATA_MESSAGE =
  '{"kind":"AudioMetadata","audioMetadata":{"subscriptionId":"bench","encoding":"PCM","sampleRate":16000,"channels":1,"length":640}}';

/** Ready to send. */
export function audioMessages(pcm: Int16Array): Buffer[] {
  const bytes = Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  const messages: Buffer[] = [];
  for (let at = 0; at + FRAME_BYTES <= bytes.length; at += FRAME_BYTES) {
    messages.push(Buffer.from(HEAD + bytes.toString('base64', at, at + FRAME_BYTES) + tail(false), 'latin1'));
  }
  return messages;
}

const markBuffer = Buffer.alloc(MARK_BYTES);
const REST_OF_SILENCE = Buffer.alloc(FRAME_BYTES - MARK_BYTES).toString('base64') + tail(true);

/** Silence that carries a mark: only the first 40 characters differ. */
export function silenceMessage(mark: Mark): Buffer {
  markBuffer.fill(0);
  writeMark('caller', mark, markBuffer, 0);
  return Buffer.from(HEAD + markBuffer.toString('base64') + REST_OF_SILENCE, 'latin1');
}

export type BridgeMessage =
  | { readonly kind: 'audio'; readonly mark: Mark | undefined }
  | { readonly kind: 'stop-audio' }
  | { readonly kind: 'other' };

const DATA = '"data":"';
const STOP = /^\{\s*"kind"\s*:\s*"StopAudio"/i;

export function readBridgeMessage(data: Buffer): BridgeMessage {
  const at = data.indexOf(DATA);
  if (at === -1 || at > 100) {
    return { kind: STOP.test(data.toString('latin1', 0, 60)) ? 'stop-audio' : 'other' };
  }
  const from = at + DATA.length;
  const start = Buffer.from(data.toString('latin1', from, from + (MARK_BYTES / 3) * 4), 'base64');
  return { kind: 'audio', mark: readMark('agent', start, 0) };
}
