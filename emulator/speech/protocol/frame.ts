/**
 * Messages of the Speech service's WebSocket protocol, as `WebsocketMessageFormatter` of the Speech SDK 1.52 reads and writes them.
 *
 * Text:   header lines, CRLF each, an empty line, the body.
 * Binary: two bytes of header length (big-endian), header lines, the body.
 */
export interface SpeechFrame {
  readonly kind: 'text' | 'binary';
  /** Lower case: `speech.config`, `ssml`, `audio`. */
  readonly path: string;
  /** As the client wrote it; the SDK ignores answers that carry another one. */
  readonly requestId: string;
  readonly contentType: string | undefined;
  readonly body: Buffer;
}

export type FrameFault =
  'header-too-long' | 'header-length-missing' | 'header-truncated' | 'header-not-text' | 'no-path' | 'no-request-id';

export type FrameResult =
  { readonly ok: true; readonly frame: SpeechFrame } | { readonly ok: false; readonly fault: FrameFault };

/** The SDK's headers are some 200 bytes. */
const MAX_HEADER_BYTES = 4096;
const HEADER_LENGTH_BYTES = 2;
const END_OF_HEADERS = Buffer.from('\r\n\r\n');
/** The SDK sends a GUID without dashes; the value comes back in every answer, so its alphabet is kept to what is safe in a header. */
const REQUEST_ID = /^[A-Za-z0-9-]{1,64}$/;

export function parseTextFrame(message: Buffer): FrameResult {
  const end = message.indexOf(END_OF_HEADERS);
  const headerBytes = end === -1 ? message.byteLength : end;
  if (headerBytes > MAX_HEADER_BYTES) return { ok: false, fault: 'header-too-long' };
  const body = end === -1 ? Buffer.alloc(0) : message.subarray(end + END_OF_HEADERS.byteLength);
  return frameFrom('text', message.subarray(0, headerBytes), body);
}

export function parseBinaryFrame(message: Buffer): FrameResult {
  if (message.byteLength < HEADER_LENGTH_BYTES) return { ok: false, fault: 'header-length-missing' };
  const headerBytes = message.readUInt16BE(0);
  if (headerBytes > MAX_HEADER_BYTES) return { ok: false, fault: 'header-too-long' };
  const bodyAt = HEADER_LENGTH_BYTES + headerBytes;
  if (message.byteLength < bodyAt) return { ok: false, fault: 'header-truncated' };
  return frameFrom('binary', message.subarray(HEADER_LENGTH_BYTES, bodyAt), message.subarray(bodyAt));
}

function frameFrom(kind: SpeechFrame['kind'], header: Buffer, body: Buffer): FrameResult {
  if (header.includes(0)) return { ok: false, fault: 'header-not-text' };
  const headers = new Map<string, string>();
  for (const line of header.toString('latin1').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  const path = headers.get('path')?.toLowerCase();
  if (path === undefined || path === '') return { ok: false, fault: 'no-path' };
  const requestId = headers.get('x-requestid');
  if (requestId === undefined || !REQUEST_ID.test(requestId)) return { ok: false, fault: 'no-request-id' };
  return { ok: true, frame: { kind, path, requestId, contentType: headers.get('content-type'), body } };
}

export function formatTextFrame(path: string, requestId: string, body: unknown): string {
  const lines = [`X-RequestId:${requestId}`, 'Content-Type:application/json; charset=utf-8', `Path:${path}`];
  return `${lines.join('\r\n')}\r\n\r\n${JSON.stringify(body)}`;
}

/** `contentType` and `streamId` as in the `response` message that came before. */
export function formatAudioFrame(requestId: string, streamId: string, contentType: string, audio: Buffer): Buffer {
  const lines = [`X-RequestId:${requestId}`, `Content-Type:${contentType}`, `X-StreamId:${streamId}`, 'Path:audio', ''];
  const header = Buffer.from(lines.join('\r\n'), 'latin1');
  const length = Buffer.alloc(HEADER_LENGTH_BYTES);
  length.writeUInt16BE(header.byteLength);
  return Buffer.concat([length, header, audio]);
}
