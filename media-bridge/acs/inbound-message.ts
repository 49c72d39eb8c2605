import { pcmFromBase64 } from '#core/audio/pcm';
import { ordinaryFrame } from './ordinary-frame.ts';

/**
 * Messages of ACS on the media-streaming WebSocket (acs-facts 4.3). Parsed by hand rather than with the SDK's `StreamingData.parse`, which
 * keeps the kind of the last message in a static of the process and throws on kinds it does not know.
 */
export type InboundMessage =
  /** Reading the next message, of whatever media session, may write over the samples. */
  | { readonly kind: 'audio'; readonly pcm: Int16Array }
  | { readonly kind: 'metadata'; readonly sampleRateHz: number }
  /** One key: `0` to `9`, `*`, `#`, `A` to `D`. */
  | { readonly kind: 'key'; readonly key: string };

export type InboundReading =
  | { readonly ok: true; readonly message: InboundMessage }
  /** A kind that is not ours to know: ACS adds kinds. Counted, not complained of. */
  | { readonly ok: false; readonly problem: 'unknown-kind' }
  /** `where` names the place, never the content. */
  | { readonly ok: false; readonly problem: 'malformed'; readonly where: string };

/** An audio frame is under 2 kB; ACS documents packets of up to 64 kB (acs-facts 4.3). Anything longer is not looked at. */
const MESSAGE_MAX_BYTES = 128 * 1024;

/** Never throws: one bad frame from the network must not end a call. */
export function readInboundMessage(data: Buffer): InboundReading {
  const pcm = ordinaryFrame(data);
  return pcm === undefined ? readCarefully(data) : { ok: true, message: { kind: 'audio', pcm } };
}

/** A message of whatever shape. */
export function readCarefully(data: Buffer): InboundReading {
  if (data.length > MESSAGE_MAX_BYTES) return malformed('length');
  let message: unknown;
  try {
    message = JSON.parse(data.toString('utf8'));
  } catch {
    return malformed('JSON');
  }
  const kind = member(message, 'kind');
  if (typeof kind !== 'string') return malformed('kind');
  switch (kind.toLowerCase()) {
    case 'audiodata':
      return readAudio(member(message, 'audioData'));
    case 'audiometadata':
      return readMetadata(member(message, 'audioMetadata'));
    case 'dtmfdata':
      return readKey(member(message, 'dtmfData'));
    default:
      return { ok: false, problem: 'unknown-kind' };
  }
}

/**
 * `silent` is not looked at: frames keep coming in silence, and whoever drops them starves voice detection of the pause it waits for
 * (acs-facts 11).
 */
function readAudio(audioData: unknown): InboundReading {
  const data = member(audioData, 'data');
  const pcm = typeof data === 'string' ? pcmFromBase64(data) : undefined;
  return pcm === undefined ? malformed('audioData.data') : { ok: true, message: { kind: 'audio', pcm } };
}

function readMetadata(audioMetadata: unknown): InboundReading {
  const sampleRateHz = member(audioMetadata, 'sampleRate');
  return typeof sampleRateHz === 'number'
    ? { ok: true, message: { kind: 'metadata', sampleRateHz } }
    : malformed('audioMetadata.sampleRate');
}

/** How `*` and `#` are spelled is not documented (acs-facts 4.3): every plausible word is taken. */
const KEY_WORDS: Readonly<Record<string, string>> = {
  asterisk: '*',
  star: '*',
  pound: '#',
  hash: '#',
  zero: '0',
  one: '1',
  two: '2',
  three: '3',
  four: '4',
  five: '5',
  six: '6',
  seven: '7',
  eight: '8',
  nine: '9',
};

function readKey(dtmfData: unknown): InboundReading {
  const data = member(dtmfData, 'data');
  if (typeof data !== 'string' || data.length > 16) return malformed('dtmfData.data');
  const word = data.toLowerCase();
  const key = Object.hasOwn(KEY_WORDS, word) ? KEY_WORDS[word] : data.toUpperCase();
  return key !== undefined && /^[0-9A-D*#]$/.test(key)
    ? { ok: true, message: { kind: 'key', key } }
    : malformed('dtmfData.data');
}

/** Property names in whatever case: senders of this protocol do not agree on one (acs-facts 4.4). */
function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const object = value as Readonly<Record<string, unknown>>;
  if (Object.hasOwn(object, name)) return object[name];
  const found = Object.keys(object).find((key) => key.toLowerCase() === name.toLowerCase());
  return found === undefined ? undefined : object[found];
}

function malformed(where: string): InboundReading {
  return { ok: false, problem: 'malformed', where };
}
