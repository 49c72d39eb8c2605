import { randomUUID } from 'node:crypto';
import type { CallState, TransferAttempt } from '#core/call/state';
import type { CallId } from '#core/ids';
import type { CallStore, StoredCall, WriteResult } from '#core/ports/call-store';
import { PortError } from '#core/ports/error';
import { fromJsonColumns, toJsonColumns } from './json-columns.ts';
import type { StorageAccount } from './settings.ts';
import { openTable, unreadable, type Row } from './table.ts';

const TABLE = 'calls';
const ROW_KEY = 'call';
/** Of the JSON in a row. A row of another version was written by a deployment that knows other phases. */
const DOCUMENT_VERSION = 1;

/** Every phase, so that a new one does not compile until it can be read back. */
const PHASES: { readonly [Phase in CallState['phase']]: true } = {
  offered: true,
  answered: true,
  connected: true,
  talking: true,
  'handed-over': true,
  ended: true,
};

/**
 * The call rows in Table Storage, one partition a call, guarded by ETags. Beside the JSON stand a few plain columns for staff to
 * query by: `phase`, `outcome`, `offeredAt`, `correlationId`, `contextId`.
 */
export function tableCallStore(account: StorageAccount): CallStore {
  const table = openTable('call-store', account, TABLE);

  const read = async (
    id: CallId,
    signal: AbortSignal,
  ): Promise<{ stored: StoredCall; writeId: unknown } | undefined> => {
    const response = await table.request('load', signal, [404], (client, abortSignal) =>
      client.getEntity<Row>(id, ROW_KEY, { abortSignal }),
    );
    if (response.kind === 'refused') return undefined;
    const row = response.value;
    return { stored: { state: stateOf(id, row), version: row.etag }, writeId: row['writeId'] };
  };

  /**
   * A refusal may be the echo of our own write, when the first try went through and its response was lost. The row says who wrote it.
   */
  const settleRefusal = async (id: CallId, writeId: string, signal: AbortSignal): Promise<WriteResult> => {
    const found = await read(id, signal);
    return found?.writeId === writeId ? { written: true, stored: found.stored } : { written: false };
  };

  return {
    load: async (id, signal) => (await read(id, signal))?.stored,

    create: async (state, signal) => {
      const writeId = randomUUID();
      const response = await table.request('create', signal, [409], (client, abortSignal) =>
        client.createEntity(rowOf(state, writeId), { abortSignal }),
      );
      if (response.kind === 'refused') return settleRefusal(state.offer.callId, writeId, signal);
      return { written: true, stored: { state, version: response.value.etag ?? '' } };
    },

    replace: async (previous, next, signal) => {
      const writeId = randomUUID();
      const response = await table.request('replace', signal, [404, 412], (client, abortSignal) =>
        client.updateEntity(rowOf(next, writeId), 'Replace', { etag: previous.version, abortSignal }),
      );
      if (response.kind === 'refused') return settleRefusal(next.offer.callId, writeId, signal);
      return { written: true, stored: { state: next, version: response.value.etag ?? '' } };
    },
  };
}

function rowOf(state: CallState, writeId: string): Row {
  const columns = toJsonColumns({ version: DOCUMENT_VERSION, state });
  if (columns === undefined) throw new PortError('call-store', 'the call is too large for a row', { retryable: false });
  return {
    partitionKey: state.offer.callId,
    rowKey: ROW_KEY,
    phase: state.phase,
    outcome: state.phase === 'ended' ? state.outcome.kind : '',
    offeredAt: new Date(state.offer.offeredAtMs),
    correlationId: state.offer.correlationId,
    contextId: state.offer.contextId,
    writeId,
    ...columns,
  };
}

function stateOf(id: CallId, row: Row): CallState {
  const document = fromJsonColumns(row) as { version?: unknown; state?: Partial<CallState> | null } | null | undefined;
  if (document?.version !== DOCUMENT_VERSION) throw unreadable('call-store', id, 'unknown version');
  const { state } = document;
  if (typeof state?.phase !== 'string' || !Object.hasOwn(PHASES, state.phase)) {
    throw unreadable('call-store', id, 'unknown phase');
  }
  if (state.offer?.callId !== id) throw unreadable('call-store', id, 'another call is in it');
  return withAsked(state as CallState);
}

type UnderWay = Extract<TransferAttempt['result'], { kind: 'under-way' }>;

/** Rows of before it was kept do not say whether a transfer was asked for. */
function withAsked(state: CallState): CallState {
  if (!('transfer' in state) || state.transfer?.result.kind !== 'under-way') return state;
  const written: Partial<UnderWay> = state.transfer.result;
  const asked = written.asked ?? 'unknown';
  return { ...state, transfer: { ...state.transfer, result: { ...state.transfer.result, asked } } };
}
