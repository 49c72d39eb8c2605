import { tableCallStore } from '#adapters/storage/table-call-store';
import type { CallConnectionId, CallId, CorrelationId } from '#core/ids';
import { callIn } from '../../support/call.ts';
import type { Outside } from '../services/outside.ts';
import type { BridgeProcess } from './bridge-process.ts';

/** A call that the control plane has answered: where ACS connects its media to. */
export interface CallPlace {
  readonly number: number;
  readonly callId: CallId;
  readonly url: string;
  readonly connectionId: string;
  readonly correlationId: string;
}

/** Rows of so many calls, numbered from `from`. */
export async function answerCalls(
  bridge: BridgeProcess,
  outside: Outside,
  { from, count }: { readonly from: number; readonly count: number },
  signal: AbortSignal,
): Promise<CallPlace[]> {
  const store = tableCallStore({ by: 'connection-string', connectionString: bridge.storage, allowInsecure: true });
  const places: CallPlace[] = [];
  for (let number = from; number < from + count; number += 1) {
    const digits = String(number).padStart(12, '0');
    const callId = `c-bench-${digits}` as CallId;
    const correlationId = `429b1b50-0000-4000-8000-${digits}` as CorrelationId;
    const connectionId = `05002680-1111-4bce-9d52-${digits}` as CallConnectionId;
    const { talking } = callIn;
    const offer = { ...talking.offer, callId, correlationId, headers: { userToUser: undefined, custom: {} } };
    await store.create({ ...talking, connectionId, offer: { ...offer, offeredAtMs: Date.now() } }, signal);
    const url = `${bridge.url.replace(/^http/, 'ws')}/media/${callId}?ticket=${outside.ticket(callId)}`;
    places.push({ number, callId, url, connectionId, correlationId });
  }
  return places;
}
