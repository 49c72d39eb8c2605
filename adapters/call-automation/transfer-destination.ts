import type { CustomCallingContext } from '@azure/communication-call-automation';
import { CONTEXT_HEADER, INTENT_HEADER, SUMMARY_HEADER, type OutboundHeaders } from '#core/handover/headers';
import { percentDecode } from '#core/handover/percent';
import { clip } from '#core/plain-text';
import type { TransferRequest } from '#core/ports/call-control';
import type { CallQueues } from './telephony-settings.ts';

/** What Teams shows of a topic in its notification of the call. */
const TOPIC_MAX_CHARS = 48;

/**
 * Whom a transfer goes to, and what it takes along. A number takes SIP headers. A call queue of Teams is named by its application and takes VoIP headers only
 * (MicrosoftDocs/azure-docs, communication-services/quickstarts/tpe/teams-phone-extensibility-interactive-voice-response.md); what its people see beside the
 * call are the call details.
 */
export function destinationOf({ target, headers }: TransferRequest, callQueues: CallQueues) {
  const app = callQueues.get(target);
  return app === undefined
    ? { target: { phoneNumber: target }, context: sipContext(headers) }
    : { target: { teamsAppId: app.slice(app.lastIndexOf(':') + 1) }, context: teamsContext(headers) };
}

function sipContext(headers: OutboundHeaders): CustomCallingContext {
  return [
    ...(headers.userToUser === undefined ? [] : [{ kind: 'sipuui' as const, key: '', value: headers.userToUser }]),
    ...headers.custom.map(({ name, value }) => ({
      kind: 'sipx' as const,
      key: name,
      value,
      sipHeaderPrefix: headers.prefix,
    })),
  ];
}

function teamsContext({ custom }: OutboundHeaders): CustomCallingContext {
  const text = (wanted: string): string => percentDecode(custom.find(({ name }) => name === wanted)?.value ?? '');
  const filled = (key: string, value: string) => (value === '' ? {} : { [key]: value });
  const intent = text(INTENT_HEADER);
  return [
    ...custom.map(({ name, value }) => ({ kind: 'voip' as const, key: name, value })),
    {
      kind: 'TeamsPhoneCallDetails',
      ...filled('callTopic', clip(intent, TOPIC_MAX_CHARS)),
      ...filled('intent', intent),
      ...filled('callContext', text(SUMMARY_HEADER)),
      ...filled('sessionId', text(CONTEXT_HEADER)),
    },
  ];
}
