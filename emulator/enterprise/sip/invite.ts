import { URI, type OutgoingRequestMessage, type UserAgentCore } from 'sip.js/lib/core/index.js';
import type { SipTransport } from './flow.ts';
import type { RawHeader } from './headers.ts';
import { writeSdp, type Codec } from './sdp.ts';

export interface OutgoingCall {
  /** E.164, or any user part. */
  readonly from: string;
  readonly to: string;
  readonly peer: { readonly transport: SipTransport; readonly host: string; readonly port: number };
  readonly headers: readonly RawHeader[];
  readonly codecs: readonly Codec[];
  /** Without it REFER is left out of Allow, and a transfer has to come as a new INVITE (acs-facts 5.3). */
  readonly takesRefer: boolean;
  /** Share of our RTP packets that get lost, 0 to 1. */
  readonly lossRate?: number;
}

const METHODS = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'NOTIFY'];

/** The INVITE of a new call, with an offer for `rtpPort`. Header values go out as they are: hostile ones are a purpose of this phone. */
export function writeInvite(
  core: UserAgentCore,
  callId: string,
  { from, to, peer, headers, codecs, takesRefer }: OutgoingCall,
  own: { readonly domain: string; readonly host: string },
  rtpPort: number,
): OutgoingRequestMessage {
  const target = new URI('sip', to, peer.host, peer.port, { user: 'phone' });
  const allow = takesRefer ? [...METHODS, 'REFER'] : METHODS;
  const extraHeaders = [
    `Contact: ${core.configuration.contact.toString()}`,
    `Allow: ${allow.join(', ')}`,
    ...headers.map(({ name, value }) => `${name}: ${value}`),
  ];
  const body = {
    contentDisposition: 'session',
    contentType: 'application/sdp',
    content: writeSdp(own.host, rtpPort, codecs),
  };
  const [fromUri, toUri] = [new URI('sip', from, own.domain), new URI('sip', to, peer.host)];
  return core.makeOutgoingRequestMessage('INVITE', target, fromUri, toUri, { callId }, extraHeaders, body);
}
