import type { IncomingMessage } from 'node:http';
import { checkTicket, type TicketVerdict } from '#adapters/acs-tokens/ticket';
import type { TokenFault, TokenValidator } from '#adapters/acs-tokens/token-validator';
import type { CallState } from '#core/call/state';
import { parseCallConnectionId, parseCallId, type CallConnectionId, type CallId } from '#core/ids';
import type { CallStore } from '#core/ports/call-store';
import type { Clock } from '#core/ports/clock';
import type { SessionRecord, SessionStore } from '#core/ports/session-store';

export interface UpgradeServices {
  readonly validateToken: TokenValidator;
  /** The field reports calls whose socket came without a token (acs-facts 4.1). A wrong one is refused all the same. */
  readonly missingToken: 'refused' | 'accepted';
  readonly ticketSecret: string;
  readonly calls: CallStore;
  readonly sessions: SessionStore;
  readonly clock: Clock;
}

export type UpgradeVerdict =
  | {
      readonly accepted: true;
      readonly callId: CallId;
      readonly call: Exclude<CallState, { phase: 'ended' }>;
      readonly connectionId: CallConnectionId;
      readonly earlier: SessionRecord | undefined;
    }
  /** The peer is told the status only; `reason` is for the log. */
  | {
      readonly accepted: false;
      /** As the path says it, true or not. */
      readonly callId: CallId | undefined;
      readonly status: 401 | 404 | 503;
      readonly reason: RefusalReason;
    };

export type RefusalReason =
  | 'no such path'
  | `ticket ${Exclude<TicketVerdict, 'valid'>}`
  | `token ${TokenFault}`
  | 'no such call'
  | 'call has ended'
  | 'no connection id'
  | 'call row not readable';

const PATH = /^\/media\/([a-z0-9-]{8,64})$/;
/** The upgrade of a call that nobody can find has to fail while the caller still listens. */
export const ROW_BUDGET_MS = 3_000;

/**
 * Decides on a media socket before it is accepted, so that no frame is lost while it is being checked, and a stranger gets no socket at all. The
 * token says that ACS sends this (acs-facts 4.1), the ticket for which call.
 */
export async function admitUpgrade(request: IncomingMessage, services: UpgradeServices): Promise<UpgradeVerdict> {
  const url = URL.parse(request.url ?? '/', 'http://bridge');
  const callId = parseCallId(PATH.exec(url?.pathname ?? '')?.[1] ?? '');
  if (url === null || callId === undefined) return refused(undefined, 404, 'no such path');
  const ticket = checkTicket(
    services.ticketSecret,
    'media',
    callId,
    url.searchParams.get('ticket'),
    services.clock.now(),
  );
  if (ticket !== 'valid') return refused(callId, 401, `ticket ${ticket}`);
  const token = await services.validateToken(request.headers.authorization);
  if (!token.valid && !(token.reason === 'missing' && services.missingToken === 'accepted')) {
    return refused(callId, 401, `token ${token.reason}`);
  }
  return admitCall(callId, headerOf(request, 'x-ms-call-connection-id'), services);
}

async function admitCall(
  callId: CallId,
  connectionHeader: string,
  { calls, sessions }: UpgradeServices,
): Promise<UpgradeVerdict> {
  const signal = AbortSignal.timeout(ROW_BUDGET_MS);
  try {
    const [stored, earlier] = await Promise.all([calls.load(callId, signal), sessions.load(callId, signal)]);
    if (stored === undefined) return refused(callId, 404, 'no such call');
    const call = stored.state;
    if (call.phase === 'ended') return refused(callId, 404, 'call has ended');
    // The socket may be here before the answer's response is in the row.
    const connectionId = 'connectionId' in call ? call.connectionId : parseCallConnectionId(connectionHeader);
    if (connectionId === undefined) return refused(callId, 404, 'no connection id');
    return { accepted: true, callId, call, connectionId, earlier };
  } catch {
    return refused(callId, 503, 'call row not readable');
  }
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

function refused(callId: CallId | undefined, status: 401 | 404 | 503, reason: RefusalReason): UpgradeVerdict {
  return { accepted: false, callId, status, reason };
}
