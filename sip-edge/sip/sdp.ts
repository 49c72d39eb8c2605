/** Session descriptions (RFC 8866), as far as one audio stream needs them: reading what a peer offers or answers. */
import { isIP } from 'node:net';

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

export interface RtpFormat {
  readonly payloadType: number;
  /** Upper case, without the clock rate: `PCMU`, `TELEPHONE-EVENT`. */
  readonly encoding: string;
  readonly clockRateHz: number;
}

export interface MediaDescription {
  readonly kind: string;
  readonly port: number;
  /** `RTP/AVP` and the like, upper case. */
  readonly profile: string;
  /** The format list as written, for an answer that refuses the stream. */
  readonly formatText: string;
  readonly formats: readonly RtpFormat[];
  /** From the stream or else the session; undefined when neither names an IP address. */
  readonly address: string | undefined;
  readonly direction: Direction;
  readonly rtcpMux: boolean;
}

export interface SessionDescription {
  readonly media: readonly MediaDescription[];
}

/** RFC 3551 table 4. */
const STATIC_FORMATS: ReadonlyMap<number, RtpFormat> = new Map([
  [0, { payloadType: 0, encoding: 'PCMU', clockRateHz: 8000 }],
  [8, { payloadType: 8, encoding: 'PCMA', clockRateHz: 8000 }],
  [9, { payloadType: 9, encoding: 'G722', clockRateHz: 8000 }],
  [13, { payloadType: 13, encoding: 'CN', clockRateHz: 8000 }],
  [18, { payloadType: 18, encoding: 'G729', clockRateHz: 8000 }],
]);

const MAX_LINES = 1000;
const MAX_STREAMS = 16;
const MAX_FORMATS = 64;

interface Section {
  readonly mediaLine: string | undefined;
  readonly connection: string[];
  readonly attributes: string[];
}

/** Undefined for what is no session description with a media stream. */
export function parseSdp(text: string): SessionDescription | undefined {
  const lines = text.split(/\r\n|\n/).slice(0, MAX_LINES);
  if (lines[0]?.trim() !== 'v=0') return undefined;
  const session: Section = { mediaLine: undefined, connection: [], attributes: [] };
  const sections: Section[] = [];
  for (const line of lines) {
    const section = sections.at(-1) ?? session;
    const value = line.slice(2).trim();
    if (line.startsWith('m=')) sections.push({ mediaLine: value, connection: [], attributes: [] });
    else if (line.startsWith('c=')) section.connection.push(value);
    else if (line.startsWith('a=')) section.attributes.push(value);
  }
  const media = sections.slice(0, MAX_STREAMS).map((section) => describe(section, session));
  return media.length === 0 || media.includes(undefined)
    ? undefined
    : { media: media.filter((description) => description !== undefined) };
}

function describe(section: Section, session: Section): MediaDescription | undefined {
  const match = /^([a-z]{1,16}) (\d{1,5})(?:\/\d+)? ([A-Za-z0-9/]{1,32}) (.{1,400})$/.exec(section.mediaLine ?? '');
  const [, kind, portText, profile, formatText] = match ?? [];
  if (kind === undefined || profile === undefined || formatText === undefined) return undefined;
  const port = Number(portText);
  if (port > 65_535) return undefined;
  return {
    kind,
    port,
    profile: profile.toUpperCase(),
    formatText,
    formats: formatsOf(formatText, section.attributes),
    address: addressOf(section.connection[0] ?? session.connection[0]),
    direction: directionOf(section.attributes) ?? directionOf(session.attributes) ?? 'sendrecv',
    rtcpMux: section.attributes.includes('rtcp-mux'),
  };
}

function formatsOf(formatText: string, attributes: readonly string[]): readonly RtpFormat[] {
  const mapped = new Map<number, RtpFormat>();
  for (const attribute of attributes) {
    const match = /^rtpmap:(\d{1,3}) ([A-Za-z0-9._-]{1,32})\/(\d{1,6})(?:\/(\d+))?$/.exec(attribute);
    const [, type, encoding, rate, channels] = match ?? [];
    if (type === undefined || encoding === undefined || (channels !== undefined && channels !== '1')) continue;
    const payloadType = Number(type);
    mapped.set(payloadType, { payloadType, encoding: encoding.toUpperCase(), clockRateHz: Number(rate) });
  }
  return formatText
    .split(' ')
    .filter((entry) => /^\d{1,3}$/.test(entry))
    .slice(0, MAX_FORMATS)
    .map((entry) => mapped.get(Number(entry)) ?? STATIC_FORMATS.get(Number(entry)))
    .filter((format) => format !== undefined)
    .filter(({ payloadType }) => payloadType <= 127);
}

function addressOf(connection: string | undefined): string | undefined {
  const address = /^IN IP[46] ([0-9A-Fa-f:.]+)(?:\/\d+)*$/.exec(connection ?? '')?.[1];
  return address !== undefined && isIP(address) !== 0 ? address : undefined;
}

function directionOf(attributes: readonly string[]): Direction | undefined {
  return attributes.find(isDirection);
}

function isDirection(text: string): text is Direction {
  return text === 'sendrecv' || text === 'sendonly' || text === 'recvonly' || text === 'inactive';
}
