/** Messages of the media-streaming WebSocket, both directions (acs-facts 4.3, 4.4). */
import type { Tone } from '../leg.ts';

/** Largest decoded audio message taken (acs-facts 4.4). */
const MAX_AUDIO_BYTES = 64 * 1024;

export interface AudioFormat {
  readonly name: 'pcm16KMono' | 'pcm24KMono';
  readonly sampleRateHz: 16_000 | 24_000;
}

export const audioFormats = {
  pcm16kmono: { name: 'pcm16KMono', sampleRateHz: 16_000 },
  pcm24kmono: { name: 'pcm24KMono', sampleRateHz: 24_000 },
} as const satisfies Record<string, AudioFormat>;

export function audioMetadata(subscriptionId: string, format: AudioFormat): string {
  const bytesPerFrame = (format.sampleRateHz / 50) * 2;
  return JSON.stringify({
    kind: 'AudioMetadata',
    audioMetadata: {
      subscriptionId,
      encoding: 'PCM',
      sampleRate: format.sampleRateHz,
      channels: 1,
      length: bytesPerFrame,
    },
  });
}

/** The key `participantRawID` is absent, not null, when the stream is mixed: the SDK's parser throws on null. */
export function audioData(at: Date, participantRawId: string | undefined, pcm: Buffer, silent: boolean): string {
  return JSON.stringify({
    kind: 'AudioData',
    audioData: {
      timestamp: at.toISOString(),
      ...(participantRawId === undefined ? {} : { participantRawID: participantRawId }),
      data: pcm.toString('base64'),
      silent,
    },
  });
}

/** The digit itself; `*` and `#` unspelled (README: guess). */
export function dtmfData(tone: Tone): string {
  return JSON.stringify({ kind: 'DtmfData', dtmfData: { data: tone } });
}

type InboundMessage =
  | { readonly kind: 'audio'; readonly pcm: Buffer }
  | { readonly kind: 'stop-audio' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'malformed'; readonly why: string };

/**
 * Never throws. The service matches names and values without case and goes by `kind`, since four working senders spell
 * them in three ways and one of them puts `stopAudio` into audio messages.
 */
export function parseInboundMessage(text: string): InboundMessage {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return { kind: 'malformed', why: 'not JSON' };
  }
  const kind = member(message, 'kind');
  if (typeof kind !== 'string') return { kind: 'malformed', why: 'no kind' };
  switch (kind.toLowerCase()) {
    case 'audiodata':
      return parseAudio(member(message, 'audiodata'));
    case 'stopaudio':
      return { kind: 'stop-audio' };
    default:
      return { kind: 'unknown' };
  }
}

function parseAudio(audio: unknown): InboundMessage {
  const data = member(audio, 'data');
  if (typeof data !== 'string') return { kind: 'malformed', why: 'no audio data' };
  if (data.length > Math.ceil(MAX_AUDIO_BYTES / 3) * 4) return { kind: 'malformed', why: 'audio message too large' };
  return { kind: 'audio', pcm: Buffer.from(data, 'base64') };
}

function member(value: unknown, lowerCaseName: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, content] of Object.entries(value)) {
    if (name.toLowerCase() === lowerCaseName) return content;
  }
  return undefined;
}
