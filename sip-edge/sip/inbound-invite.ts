/** What an INVITE must bring before it rings anywhere (acs-facts 6.3, 6.7). Pure. */
import type { CallHeaders } from '../leg.ts';
import { readCallHeaders } from './custom-headers.ts';
import { type Header, headerOf, listOf, type SipRequest } from './message.ts';
import { loggable } from './loggable.ts';
import { parseNameAddr } from './name-addr.ts';
import { answerOffer } from './offer-answer.ts';
import { negotiateInterval, type SessionInterval } from './session-timer.ts';
import { e164, parseUri } from './uri.ts';

export type InviteCheck =
  | {
      readonly kind: 'welcome';
      readonly from: string | undefined;
      readonly to: string;
      readonly displayName: string;
      readonly headers: CallHeaders;
      readonly cutOff: number;
      readonly interval: SessionInterval;
      /** Session timer headers of the 2xx. */
      readonly answerHeaders: readonly Header[];
    }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly headers: readonly Header[];
      readonly warning?: string;
    };

const SUPPORTED_EXTENSIONS = new Set(['timer']);
const MAX_DISPLAY_NAME_CHARACTERS = 128;

export function checkInvite(request: SipRequest): InviteCheck {
  const unsupported = listOf(request, 'Require').filter((option) => !SUPPORTED_EXTENSIONS.has(option.toLowerCase()));
  if (unsupported.length > 0)
    return refused(420, [{ name: 'Unsupported', value: unsupported.slice(0, 20).join(', ') }]);
  if (headerOf(request, 'Replaces') !== undefined) return refused(403, [], '399 "Replaces is not taken"');
  const contact = parseNameAddr(listOf(request, 'Contact')[0] ?? '');
  if (contact === undefined || contact.uri.scheme === 'tel') return refused(400, [], '399 "Contact needed"');
  if (parseUri(request.uri) === undefined) return refused(416);
  const to = e164(userOf(request.uri));
  if (to === undefined) return refused(isNumber(userOf(request.uri)) ? 484 : 404);
  const caller = parseNameAddr(headerOf(request, 'From') ?? '');
  const from = e164(caller?.uri.user);
  // A number without + could be anyone's; a name is a caller who shows no number.
  if (from === undefined && isNumber(caller?.uri.user)) return refused(400, [], '399 "From needs a number with +"');
  const described = describesSession(request);
  if (described !== undefined) return described;
  const interval = negotiateInterval(request);
  if (interval.kind === 'too-small') return refused(422, interval.headers);
  const read = readCallHeaders(request);
  return {
    kind: 'welcome',
    from,
    to,
    displayName: loggable(caller?.displayName ?? '', MAX_DISPLAY_NAME_CHARACTERS),
    headers: read.headers,
    cutOff: read.cutOff,
    interval: interval.interval,
    answerHeaders: interval.headers,
  };
}

/** No delayed offer, and a codec in common (acs-facts 6.3). */
function describesSession(request: SipRequest): InviteCheck | undefined {
  if (request.body === '') return refused(488, [], '399 "Session description needed"');
  const type = (headerOf(request, 'Content-Type') ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/sdp') return refused(415, [{ name: 'Accept', value: 'application/sdp' }]);
  const agreement = answerOffer(request.body);
  return agreement.kind === 'refused' ? refused(488, [], agreement.warning) : undefined;
}

function refused(status: number, headers: readonly Header[] = [], warning?: string): InviteCheck {
  return { kind: 'refused', status, headers, ...(warning === undefined ? {} : { warning }) };
}

function userOf(uriText: string): string | undefined {
  // Parameters of the user part, such as ;phone-context, are not part of the number.
  return parseUri(uriText)?.user?.split(';', 1)[0];
}

function isNumber(user: string | undefined): boolean {
  return user !== undefined && /^\+?[\d*#.()-]+$/.test(user);
}
