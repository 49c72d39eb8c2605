/** Offer and answer (RFC 3264) for one G.711 stream with telephone events: pure decisions and the text that says them. */
import { isIP } from 'node:net';
import type { Law } from '../rtp/g711.ts';
import type { NegotiatedMedia } from '../rtp/media-session.ts';
import { type Direction, type MediaDescription, parseSdp, type RtpFormat, type SessionDescription } from './sdp.ts';

/** Our end of the stream. */
export interface LocalMedia {
  /** IP address without brackets. */
  readonly address: string;
  readonly port: number;
  /** Of the `o=` line: the session's number, and its version, which rises with every change. */
  readonly sessionId: number;
  readonly version: number;
}

export type Agreement =
  | { readonly kind: 'agreed'; readonly media: NegotiatedMedia; readonly answer: (local: LocalMedia) => string }
  /** `warning` is a warn-code and text of RFC 3261 section 20.43. */
  | { readonly kind: 'refused'; readonly warning: string };

const LAWS: Readonly<Record<string, Law>> = { PCMU: 'PCMU', PCMA: 'PCMA' };
const STATIC_TYPES: Readonly<Record<Law, number>> = { PCMU: 0, PCMA: 8 };
const OFFERED_EVENT_TYPE = 101;

/** Reads an offer. The codec is the first of the offer that is G.711: the caller's order counts. */
export function answerOffer(text: string): Agreement {
  const offer = parseSdp(text);
  if (offer === undefined) return refused('399 "Session description cannot be read"');
  const stream = offer.media.find(isPlainAudio);
  if (stream === undefined) return refused('304 "Media type not available: audio over RTP/AVP"');
  const agreed = agree(stream);
  if (agreed === undefined) return refused('305 "Incompatible media format: PCMU or PCMA"');
  if (stream.address === undefined) return refused('300 "Incompatible network protocol"');
  return { kind: 'agreed', media: agreed, answer: (local) => describeAnswer(offer, stream, agreed, local) };
}

/** Reads the answer to `describeOffer`. */
export function readAnswer(text: string): NegotiatedMedia | undefined {
  const stream = parseSdp(text)?.media[0];
  return stream !== undefined && isPlainAudio(stream) && stream.address !== undefined ? agree(stream) : undefined;
}

/** Everything we can do, µ-law first; or, in a call, what is in use. */
export function describeOffer(local: LocalMedia, inUse?: NegotiatedMedia): string {
  const laws: readonly (readonly [number, Law])[] =
    inUse === undefined
      ? [
          [STATIC_TYPES.PCMU, 'PCMU'],
          [STATIC_TYPES.PCMA, 'PCMA'],
        ]
      : [[inUse.audioPayloadType, inUse.law]];
  const events = inUse === undefined ? OFFERED_EVENT_TYPE : inUse.telephoneEventPayloadType;
  const direction = inUse === undefined ? 'sendrecv' : directionInUse(inUse);
  return [...sessionLines(local), ...streamLines(local, laws, events, direction, 'RTP/AVP', false), ''].join('\r\n');
}

/** Repeating an offer must not take the peer off hold. */
function directionInUse({ remote, receives }: NegotiatedMedia): Direction {
  if (remote === undefined) return receives ? 'recvonly' : 'inactive';
  return receives ? 'sendrecv' : 'sendonly';
}

function refused(warning: string): Agreement {
  return { kind: 'refused', warning };
}

function isPlainAudio({ kind, port, profile }: MediaDescription): boolean {
  return kind === 'audio' && port !== 0 && (profile === 'RTP/AVP' || profile === 'RTP/AVPF');
}

function agree(stream: MediaDescription): NegotiatedMedia | undefined {
  const voices = stream.formats.filter(({ encoding, clockRateHz }) => clockRateHz === 8000 && encoding in LAWS);
  const [voice] = voices;
  const law = voice === undefined ? undefined : LAWS[voice.encoding];
  if (voice === undefined || law === undefined) return undefined;
  const held = stream.address === '0.0.0.0' || stream.address === '::';
  const takesSound = stream.direction === 'sendrecv' || stream.direction === 'recvonly';
  const { address } = stream;
  return {
    remote: held || !takesSound || address === undefined ? undefined : { address, port: stream.port },
    receives: stream.direction === 'sendrecv' || stream.direction === 'sendonly',
    law,
    audioPayloadType: voice.payloadType,
    laws: new Map(voices.map((format) => [format.payloadType, LAWS[format.encoding] ?? law])),
    telephoneEventPayloadType: stream.formats.find(isTelephoneEvent)?.payloadType,
  };
}

function isTelephoneEvent({ encoding, clockRateHz }: RtpFormat): boolean {
  return encoding === 'TELEPHONE-EVENT' && clockRateHz === 8000;
}

/** RFC 3264 section 6: one m= line for each of the offer, in its order; those not taken have port 0. */
function describeAnswer(
  offer: SessionDescription,
  taken: MediaDescription,
  media: NegotiatedMedia,
  local: LocalMedia,
): string {
  const streams = offer.media.flatMap((stream) =>
    stream === taken
      ? streamLines(
          local,
          [[media.audioPayloadType, media.law]],
          media.telephoneEventPayloadType,
          mirrored(stream.direction),
          stream.profile,
          stream.rtcpMux,
        )
      : [`m=${stream.kind} 0 ${stream.profile} ${stream.formatText}`],
  );
  return [...sessionLines(local), ...streams, ''].join('\r\n');
}

function mirrored(direction: Direction): Direction {
  switch (direction) {
    case 'sendonly':
      return 'recvonly';
    case 'recvonly':
      return 'sendonly';
    case 'sendrecv':
    case 'inactive':
      return direction;
  }
}

function sessionLines({ address, sessionId, version }: LocalMedia): readonly string[] {
  const family = isIP(address) === 6 ? 'IP6' : 'IP4';
  return ['v=0', `o=- ${sessionId} ${version} IN ${family} ${address}`, 's=-', `c=IN ${family} ${address}`, 't=0 0'];
}

function streamLines(
  { port }: LocalMedia,
  laws: readonly (readonly [number, Law])[],
  eventType: number | undefined,
  direction: Direction,
  profile: string,
  rtcpMux: boolean,
): readonly string[] {
  const types = [...laws.map(([type]) => type), ...(eventType === undefined ? [] : [eventType])];
  return [
    `m=audio ${port} ${profile} ${types.join(' ')}`,
    ...laws.map(([type, law]) => `a=rtpmap:${type} ${law}/8000`),
    ...(eventType === undefined ? [] : [`a=rtpmap:${eventType} telephone-event/8000`, `a=fmtp:${eventType} 0-15`]),
    'a=ptime:20',
    ...(rtcpMux ? ['a=rtcp-mux'] : []),
    `a=${direction}`,
  ];
}
