import * as z from 'zod';
import type { CallOffer } from '#core/call/offer';
import { flag, httpUrl, requireSecure, webSocketUrl } from '../settings/fields.ts';
import { sealOffer } from './sealed-offer.ts';
import { makeTicket, type TicketPurpose } from './ticket.ts';

/** Longer than any call: ACS's own token for a media socket lives as long (acs-facts 4.1). */
const TICKET_LIFE_MS = 24 * 60 * 60 * 1000;

export const callbackUrlSettings = z
  .object({
    CALLBACK_BASE_URL: httpUrl.optional(),
    /** What the Functions host calls itself. */
    WEBSITE_HOSTNAME: z.string().optional(),
    ALLOW_INSECURE_URLS: flag,
  })
  .superRefine((env, context) => requireSecure(env, env.ALLOW_INSECURE_URLS, ['CALLBACK_BASE_URL'], context))
  .transform((env, context): string => {
    if (env.CALLBACK_BASE_URL !== undefined) return env.CALLBACK_BASE_URL;
    if (env.WEBSITE_HOSTNAME !== undefined) {
      return `${env.ALLOW_INSECURE_URLS ? 'http' : 'https'}://${env.WEBSITE_HOSTNAME}/api`;
    }
    context.addIssue({
      code: 'custom',
      path: ['CALLBACK_BASE_URL'],
      message: 'expected the URL of the functions, such as "https://contoso.azurewebsites.net/api"',
    });
    return z.NEVER;
  });

export const mediaUrlSettings = z
  .object({ MEDIA_BASE_URL: webSocketUrl, ALLOW_INSECURE_URLS: flag })
  .superRefine((env, context) => requireSecure(env, env.ALLOW_INSECURE_URLS, ['MEDIA_BASE_URL'], context))
  .transform((env) => env.MEDIA_BASE_URL);

/** Where ACS reports on a call: the route of functions/call-events.ts. */
export function callbackUrl(baseUrl: string, secret: string, offer: CallOffer, nowMs: number): string {
  return `${baseUrl}/calls/${offer.callId}/events?${query(secret, 'events', offer, nowMs)}`;
}

/** Where ACS brings the audio of a call: the media bridge. */
export function mediaUrl(baseUrl: string, secret: string, offer: CallOffer, nowMs: number): string {
  return `${baseUrl}/media/${offer.callId}?${query(secret, 'media', offer, nowMs)}`;
}

/** The ticket says that the URL is of this call; the offer is for when the call's row cannot be read. */
function query(secret: string, purpose: TicketPurpose, offer: CallOffer, nowMs: number): string {
  const ticket = `ticket=${makeTicket(secret, purpose, offer.callId, nowMs + TICKET_LIFE_MS)}`;
  const sealed = sealOffer(secret, offer);
  return sealed === undefined ? ticket : `${ticket}&offer=${sealed}`;
}
