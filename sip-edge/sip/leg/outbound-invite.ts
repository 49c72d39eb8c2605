/** The INVITE of a call that we place (acs-facts 6.5). */
import type { DialRequest } from '../../leg.ts';
import type { Trunk } from '../../trunks.ts';
import { headerLines } from '../custom-headers.ts';
import { MAX_FORWARDS } from '../dialog.ts';
import { newCallId, newTag } from '../ids.ts';
import type { TransportKind } from '../listen-address.ts';
import type { Header, SipRequest } from '../message.ts';
import { offeredInterval } from '../session-timer.ts';
import { ALLOW } from '../signalling.ts';
import { SDP } from './negotiation.ts';

interface InviteParts {
  readonly request: DialRequest;
  readonly trunk: Trunk;
  readonly transport: TransportKind;
  /** Value of our Contact. */
  readonly contact: string;
  readonly domain: string;
  readonly sdp: string;
  /** Asked for by a 422; undefined for the usual one. */
  readonly sessionSeconds: number | undefined;
}

export function buildInvite(parts: InviteParts): SipRequest {
  const { request, trunk, domain, sessionSeconds } = parts;
  const transport = parts.transport === 'udp' ? '' : `;transport=${parts.transport}`;
  const target = `sip:${request.target}@${trunk.fqdn}:${trunk.sipSignalingPort};user=phone${transport}`;
  const interval = sessionSeconds === undefined ? undefined : ({ seconds: sessionSeconds, refresher: 'us' } as const);
  return {
    kind: 'request',
    method: 'INVITE',
    uri: target,
    headers: [
      { name: 'Max-Forwards', value: MAX_FORWARDS },
      ...callerHeaders(request.callerNumber, domain),
      { name: 'To', value: `<sip:${request.target}@${trunk.fqdn};user=phone>` },
      { name: 'Call-ID', value: newCallId() },
      { name: 'CSeq', value: '1 INVITE' },
      { name: 'Contact', value: parts.contact },
      ALLOW,
      ...offeredInterval(interval),
      ...headerLines(request.headers),
      ...request.extraHeaders,
      { name: 'Content-Type', value: SDP },
    ],
    body: parts.sdp,
  };
}

/** A caller without a number is anonymous as RFC 3323 has it. */
function callerHeaders(callerNumber: string | undefined, domain: string): readonly Header[] {
  const tag = newTag();
  return callerNumber === undefined
    ? [
        { name: 'From', value: `"Anonymous" <sip:anonymous@anonymous.invalid>;tag=${tag}` },
        { name: 'Privacy', value: 'id' },
      ]
    : [{ name: 'From', value: `<sip:${callerNumber}@${domain};user=phone>;tag=${tag}` }];
}
