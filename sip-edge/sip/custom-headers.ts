/** The headers a call brings along and takes with it (acs-facts 1.4). */
import type { CallHeaders, CustomHeader } from '../leg.ts';
import { singleLine } from './loggable.ts';
import { type Header, headerOf, type SipRequest } from './message.ts';
import { escapeUriText } from './uri.ts';

const MAX_CUSTOM_HEADERS = 5;
const MAX_NAME_CHARACTERS = 64;
const MAX_VALUE_CHARACTERS = 256;

const USER_TO_USER = 'User-to-User';

interface ReadHeaders {
  readonly headers: CallHeaders;
  /** Headers left out and values shortened. */
  readonly cutOff: number;
}

export function readCallHeaders(request: SipRequest): ReadHeaders {
  const custom = new Map<string, CustomHeader>();
  let cutOff = 0;
  for (const { name, value } of request.headers) {
    if (!/^x-./i.test(name)) continue;
    const clean = singleLine(value);
    const key = name.toLowerCase();
    if (name.length > MAX_NAME_CHARACTERS || custom.has(key) || custom.size === MAX_CUSTOM_HEADERS) cutOff += 1;
    else {
      if (clean.length > MAX_VALUE_CHARACTERS) cutOff += 1;
      custom.set(key, { name, value: cut(clean) });
    }
  }
  const userToUser = headerOf(request, USER_TO_USER);
  const clean = userToUser === undefined ? undefined : singleLine(userToUser);
  if (clean !== undefined && clean.length > MAX_VALUE_CHARACTERS) cutOff += 1;
  return {
    headers: { userToUser: clean === undefined ? undefined : cut(clean), custom: [...custom.values()] },
    cutOff,
  };
}

/** As lines of a message. */
export function headerLines({ userToUser, custom }: CallHeaders): readonly Header[] {
  const uui = userToUser === undefined ? [] : [{ name: USER_TO_USER, value: userToUser }];
  return [...uui, ...custom];
}

/** As the headers part of a Refer-To URI, with its `?`, or nothing (RFC 3261 section 19.1.1). */
export function uriHeaders(headers: CallHeaders): string {
  const pairs = headerLines(headers).map(({ name, value }) => `${escapeUriText(name)}=${escapeUriText(value)}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/** Not in the middle of a surrogate pair. */
function cut(value: string): string {
  return value.slice(0, MAX_VALUE_CHARACTERS).replace(/[\ud800-\udbff]$/, '');
}
