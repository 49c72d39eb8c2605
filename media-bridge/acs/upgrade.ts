import type { IncomingMessage } from 'node:http';
import { openOffer } from '#adapters/acs-tokens/sealed-offer';
import { checkTicket, type TicketVerdict } from '#adapters/acs-tokens/ticket';
import type { TokenFault, TokenValidator } from '#adapters/acs-tokens/token-validator';
import { mayComeBack } from '#core/call/may-come-back';
import type { CallOffer } from '#core/call/offer';
import type { CallState } from '#core/call/state';
import { firstState } from '#core/call/transition';
import { parseCallConnectionId, parseCallId, type CallConnectionId, type CallId } from '#core/ids';
import type { CallStore } from '#core/ports/call-store';
import type { Clock } from '#core/ports/clock';
import { untilAborted } from '#core/until-aborted';

export interface UpgradeServices {
  readonly validateToken: TokenValidator;
  /** The field reports calls whose socket came without a token (acs-facts 4.1). A wrong one is refused all the same. */
  readonly missingToken: 'refused' | 'accepted';
  readonly ticketSecret: string;
  readonly calls: CallStore;
  readonly clock: Clock;
}

export type UpgradeVerdict =
  | {
      readonly accepted: true;
      readonly callId: CallId;
      readonly call: Exclude<CallState, { phase: 'ended' }>;
      readonly connectionId: CallConnectionId;
      /** `url`: there was no row to be read, and the URL that the front was given says who calls. */
      readonly knownBy: 'row' | 'url';
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
const ROW_BUDGET_MS = 3_000;
/** That of a call whose URL says what the row would. */
const SPARE_ROW_BUDGET_MS = 1_000;

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
  const offered = openOffer(services.ticketSecret, callId, url.searchParams.get('offer'));
  return admitCall(callId, headerOf(request, 'x-ms-call-connection-id'), offered, services);
}

/** By the row, else by the offer in the URL: a caller whom the functions have answered is talked to, whether or not storage is well. */
async function admitCall(
  callId: CallId,
  connectionHeader: string,
  offered: CallOffer | undefined,
  { calls }: UpgradeServices,
): Promise<UpgradeVerdict> {
  let row: CallState | undefined;
  try {
    const signal = AbortSignal.timeout(offered === undefined ? ROW_BUDGET_MS : SPARE_ROW_BUDGET_MS);
    row = (await untilAborted(calls.load(callId, signal), signal))?.state;
  } catch {
    if (offered === undefined) return refused(callId, 503, 'call row not readable');
  }
  const call = row === undefined ? offered && firstState(offered) : unlessOver(row);
  if (call === undefined) return refused(callId, 404, row === undefined ? 'no such call' : 'call has ended');
  // The socket may be here before the answer's response is in the row.
  const connectionId = 'connectionId' in call ? call.connectionId : parseCallConnectionId(connectionHeader);
  if (connectionId === undefined) return refused(callId, 404, 'no connection id');
  return { accepted: true, callId, call, connectionId, knownBy: row === undefined ? 'url' : 'row' };
}

/** The front would bring no audio of a call that was never answered, whatever was inferred. */
function unlessOver(state: CallState): Exclude<CallState, { phase: 'ended' }> | undefined {
  if (state.phase !== 'ended') return state;
  return mayComeBack(state) ? firstState(state.offer) : undefined;
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

function refused(callId: CallId | undefined, status: 401 | 404 | 503, reason: RefusalReason): UpgradeVerdict {
  return { accepted: false, callId, status, reason };
}
