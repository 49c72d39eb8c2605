import type { Agent } from '../agent/agent.ts';
import type { CallOffer } from '../call/offer.ts';
import { turnsSoFar } from '../conversation/resume.ts';
import { unknownCaller } from '../identity/caller-identity.ts';
import { chooseLocale } from '../language/choose-language.ts';
import type { SessionRecord } from '../ports/session-store.ts';
import { buildPacket } from './build-packet.ts';
import type { HandoverPacket } from './packet.ts';

/**
 * What goes with a caller whose call has failed: what the session knew, where there was one, and always who it was and why the IVR sent them. No model
 * is asked. `atMs`: now.
 */
export function failurePacket(
  agent: Agent,
  offer: CallOffer,
  session: SessionRecord | undefined,
  atMs: number,
): HandoverPacket {
  const { reasonHeader, customerIdHeader } = agent.definition;
  return buildPacket(
    {
      offer,
      reason: 'failure',
      turns: session === undefined ? [] : turnsSoFar(session, atMs),
      identity: session?.identity ?? unknownCaller,
      language: session?.language ?? chooseLocale(agent, offer, undefined).locale.language,
      packs: agent.locales.map(({ pack }) => pack),
      reasonHeader,
      customerIdHeader,
    },
    session?.packet,
  );
}
