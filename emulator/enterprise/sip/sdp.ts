/** Names as in SDP's rtpmap. Static payload types by RFC 3551 section 6. */
export type Codec = 'PCMU' | 'PCMA';

export const PAYLOAD_TYPE: Readonly<Record<Codec, number>> = { PCMU: 0, PCMA: 8 };
const TELEPHONE_EVENT_TYPE = 101;

/** Where one side wants its audio, and how. */
export interface MediaDescription {
  readonly host: string;
  readonly port: number;
  /** In order of preference. */
  readonly codecs: readonly Codec[];
  /** Payload type of telephone-event/8000 (RFC 4733), when offered. */
  readonly telephoneEventType: number | undefined;
}

export function writeSdp(host: string, port: number, codecs: readonly Codec[]): string {
  const types = [...codecs.map((codec) => PAYLOAD_TYPE[codec]), TELEPHONE_EVENT_TYPE];
  const lines = [
    'v=0',
    `o=- ${Date.now()} 1 IN IP4 ${host}`,
    's=-',
    `c=IN IP4 ${host}`,
    't=0 0',
    `m=audio ${port} RTP/AVP ${types.join(' ')}`,
    ...codecs.map((codec) => `a=rtpmap:${PAYLOAD_TYPE[codec]} ${codec}/8000`),
    `a=rtpmap:${TELEPHONE_EVENT_TYPE} telephone-event/8000`,
    `a=fmtp:${TELEPHONE_EVENT_TYPE} 0-15`,
    'a=ptime:20',
    'a=sendrecv',
  ];
  return lines.join('\r\n') + '\r\n';
}

/** `undefined` when there is no audio to agree on: no audio line, port 0, or none of our codecs. */
export function readSdp(sdp: string): MediaDescription | undefined {
  const lines = sdp.split(/\r?\n/);
  const audioAt = lines.findIndex((line) => line.startsWith('m=audio '));
  const audio = /^m=audio (\d{1,5})(?:\/\d+)? RTP\/AVP ([\d ]+)$/.exec(lines[audioAt]?.trim() ?? '');
  if (!audio) return undefined;
  const port = Number(audio[1]);
  if (port === 0 || port > 65_535) return undefined;
  const types = (audio[2] ?? '').trim().split(/ +/).map(Number);
  const section = lines.slice(audioAt + 1);
  const sectionEnd = section.findIndex((line) => line.startsWith('m='));
  const own = sectionEnd < 0 ? section : section.slice(0, sectionEnd);
  const host = connectionAddress(own) ?? connectionAddress(lines.slice(0, audioAt));
  const codecs = types.flatMap((type): Codec[] => (type === 0 ? ['PCMU'] : type === 8 ? ['PCMA'] : []));
  if (host === undefined || codecs.length === 0) return undefined;
  return { host, port, codecs, telephoneEventType: telephoneEvent(own, types) };
}

function connectionAddress(lines: readonly string[]): string | undefined {
  for (const line of lines) {
    const address = /^c=IN IP4 ([\d.]{7,15})/.exec(line)?.[1];
    if (address !== undefined) return address;
  }
  return undefined;
}

function telephoneEvent(lines: readonly string[], offered: readonly number[]): number | undefined {
  for (const line of lines) {
    const type = /^a=rtpmap:(\d{1,3}) telephone-event\/8000/i.exec(line)?.[1];
    if (type !== undefined && offered.includes(Number(type))) return Number(type);
  }
  return undefined;
}
