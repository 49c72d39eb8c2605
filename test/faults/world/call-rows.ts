import { TableClient } from '@azure/data-tables';

/** What the call table says of one call. */
export interface CallRow {
  readonly phase: string;
  readonly outcome: string;
}

/** Reads call rows past every proxy. */
export class CallRows {
  readonly #table: TableClient;

  constructor(connectionString: string) {
    this.#table = TableClient.fromConnectionString(connectionString, 'calls', { allowInsecureConnection: true });
  }

  /** By our own call id; nothing while there is no such row. */
  async find(callId: string): Promise<CallRow | undefined> {
    try {
      const row = await this.#table.getEntity(callId, 'call');
      return { phase: String(row['phase']), outcome: String(row['outcome']) };
    } catch {
      return undefined;
    }
  }
}
