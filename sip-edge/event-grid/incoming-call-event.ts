/** The IncomingCall event as Event Grid delivers it, both schemas (acs-facts 1.1 to 1.4). Pure. */
import { calledIdentifier, phoneIdentifier } from '../calls/identifiers.ts';
import type { CallOffer } from '../calls/incoming-calls.ts';
import type { CallHeaders } from '../leg.ts';
import type { EdgeSettings } from '../settings.ts';

export type EventSchema = 'event-grid' | 'cloud-events';

export interface GridEvent {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly time: Date;
  readonly data: Readonly<Record<string, unknown>>;
}

export function incomingCallEvent(
  offer: CallOffer,
  { headerCasing, teamsResourceAccounts }: Pick<EdgeSettings, 'headerCasing' | 'teamsResourceAccounts'>,
  id: string,
  time: Date,
): GridEvent {
  const from = phoneIdentifier(offer.from);
  const to = calledIdentifier(offer.to, teamsResourceAccounts);
  return {
    id,
    type: 'Microsoft.Communication.IncomingCall',
    subject: `/caller/${from.rawId}/recipient/${to.rawId}`,
    time,
    data: {
      to,
      from,
      serverCallId: offer.serverCallId,
      // The documented event of Teams Phone Extensibility has the caller's number there.
      callerDisplayName: to.kind === 'unknown' ? (offer.from ?? '') : offer.displayName,
      ...customContext(offer.headers, headerCasing),
      incomingCallContext: offer.incomingCallContext,
      correlationId: offer.correlationId,
    },
  };
}

/** Absent altogether when the call brought no custom headers, as in every recording. */
function customContext(headers: CallHeaders, casing: EdgeSettings['headerCasing']): Record<string, unknown> {
  const entries = headers.custom.map(({ name, value }): [string, string] => [customKey(name, casing), value]);
  if (headers.userToUser !== undefined) entries.unshift([userToUserKey(casing), headers.userToUser]);
  if (entries.length === 0) return {};
  return { customContext: { sipHeaders: Object.fromEntries(entries), voipHeaders: {} } };
}

function userToUserKey(casing: EdgeSettings['headerCasing']): string {
  switch (casing) {
    case 'rfc':
      return 'User-To-User';
    case 'first-letter-lower':
      return 'user-To-User';
    case 'user-to-user':
      return 'userToUser';
  }
}

function customKey(name: string, casing: EdgeSettings['headerCasing']): string {
  return casing === 'first-letter-lower' ? name.charAt(0).toLowerCase() + name.slice(1) : name;
}

interface EventBody {
  readonly contentType: string;
  readonly body: unknown;
}

/** Event Grid schema: an array of one. CloudEvents 1.0: one object. */
export function eventBody(event: GridEvent, schema: EventSchema, topic: string): EventBody {
  const { id, type, subject, data } = event;
  const time = event.time.toISOString();
  if (schema === 'cloud-events') {
    return {
      contentType: 'application/cloudevents+json; charset=utf-8',
      body: { id, source: topic, subject, data, type, specversion: '1.0', time },
    };
  }
  return {
    contentType: 'application/json; charset=utf-8',
    body: [{ id, topic, subject, data, eventType: type, dataVersion: '1.0', metadataVersion: '1', eventTime: time }],
  };
}
