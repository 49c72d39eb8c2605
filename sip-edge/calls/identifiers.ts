/** Identifiers as the published API writes them (acs-facts 2.3), and how a request's looser form is read. */
import * as z from 'zod';

export type WireIdentifier = WirePhoneNumber | WireCommunicationUser;

/** A resource account of Teams, as the one documented event of Teams Phone Extensibility names it (README: Teams Phone). */
export interface WireResourceAccount {
  readonly kind: 'unknown';
  readonly rawId: string;
}

/** E.164 as a voice route can match it. */
export const e164Schema = z.string().regex(/^\+[1-9]\d{1,14}$/, 'is not an E.164 number with +');

/** Object ids of resource accounts by the numbers assigned to them: calls to these numbers come as in Teams Phone Extensibility. */
export const resourceAccountsSchema = z.record(e164Schema, z.guid());
export type ResourceAccounts = z.infer<typeof resourceAccountsSchema>;

/** Whom a call names as called. */
export function calledIdentifier(number: string, accounts: ResourceAccounts): WirePhoneNumber | WireResourceAccount {
  const account = accounts[number];
  return account === undefined ? phoneIdentifier(number) : { kind: 'unknown', rawId: `28:orgid:${account}` };
}

export interface WirePhoneNumber {
  readonly kind: 'phoneNumber';
  readonly rawId: string;
  readonly phoneNumber: { readonly value: string; readonly isAnonymous?: true };
}

interface WireCommunicationUser {
  readonly kind: 'communicationUser';
  readonly rawId: string;
  readonly communicationUser: { readonly id: string };
}

/** E.164 with `+`, or undefined for a caller who withheld the number. Recorded events carry no `isAnonymous` for a known number. */
export function phoneIdentifier(e164: string | undefined): WirePhoneNumber {
  if (e164 === undefined) {
    return { kind: 'phoneNumber', rawId: '4:anonymous', phoneNumber: { value: 'anonymous', isAnonymous: true } };
  }
  return { kind: 'phoneNumber', rawId: `4:${e164}`, phoneNumber: { value: e164 } };
}

export function userIdentifier(rawId: string): WireCommunicationUser {
  return { kind: 'communicationUser', rawId, communicationUser: { id: rawId } };
}

/** Requests may leave out `kind` and `rawId` (acs-facts 2.4). */
export const identifierSchema = z.object({
  kind: z.string().max(64).optional(),
  rawId: z.string().max(512).optional(),
  phoneNumber: z.object({ value: z.string().max(64) }).optional(),
  communicationUser: z.object({ id: z.string().max(512) }).optional(),
  microsoftTeamsUser: z.object({ userId: z.string().max(512) }).optional(),
  microsoftTeamsApp: z.object({ appId: z.string().max(512) }).optional(),
  teamsExtensionUser: z.object({ userId: z.string().max(512) }).optional(),
});

export type RequestIdentifier = z.infer<typeof identifierSchema>;

type Target =
  | { readonly kind: 'phone'; readonly number: string }
  /** Somebody the edge cannot reach: it has only phone lines. */
  | { readonly kind: 'elsewhere'; readonly identity: string }
  | { readonly kind: 'unreadable' };

/** Whom a request means: by the populated member first, by `rawId` otherwise. */
export function readTarget(identifier: RequestIdentifier): Target {
  if (identifier.phoneNumber !== undefined) return phoneTarget(identifier.phoneNumber.value);
  const identity =
    identifier.communicationUser?.id ??
    identifier.microsoftTeamsUser?.userId ??
    identifier.microsoftTeamsApp?.appId ??
    identifier.teamsExtensionUser?.userId ??
    identifier.rawId;
  if (identity === undefined || identity === '') return { kind: 'unreadable' };
  return identity.startsWith('4:') ? phoneTarget(identity.slice(2)) : { kind: 'elsewhere', identity };
}

function phoneTarget(value: string): Target {
  return e164Schema.safeParse(value).success ? { kind: 'phone', number: value } : { kind: 'unreadable' };
}

/** The raw id a request means, to find a participant by. */
export function rawIdOf(identifier: RequestIdentifier): string | undefined {
  if (identifier.rawId !== undefined && identifier.rawId !== '') return identifier.rawId;
  if (identifier.phoneNumber !== undefined) return `4:${identifier.phoneNumber.value}`;
  return identifier.communicationUser?.id;
}
