/** SIP, SIPS and tel URIs (RFC 3261 section 19.1, RFC 3966), read leniently and written strictly. */

export interface SipUri {
  readonly scheme: 'sip' | 'sips' | 'tel';
  /** Unescaped, without a password; for `tel` the whole number. */
  readonly user: string | undefined;
  /** Lower case; an IPv6 address keeps its brackets. Empty for `tel`. */
  readonly host: string;
  readonly port: number | undefined;
  /** Names in lower case; a parameter without a value has ''. */
  readonly parameters: ReadonlyMap<string, string>;
}

const HOST = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9_.])?)(?::(\d{1,5}))?$/i;
const MAX_PARAMETERS = 40;

/** Undefined when `text` is not a SIP, SIPS or tel URI. */
export function parseUri(text: string): SipUri | undefined {
  const scheme = /^(sips?|tel):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return undefined;
  const rest = text.slice(scheme.length + 1);
  if (scheme === 'tel') return parseTel(rest);

  // The user part may itself contain ';' and '?', so the '@' is looked for first.
  const at = rest.lastIndexOf('@', firstIndexOf(rest, '?', rest.indexOf('@')));
  const userInfo = at < 0 ? undefined : rest.slice(0, at);
  const [beforeHeaders = ''] = rest.slice(at + 1).split('?', 1);
  const [hostPort = '', ...parameters] = beforeHeaders.split(';');
  const match = HOST.exec(hostPort);
  const host = match?.[1]?.toLowerCase();
  const port = match?.[2] === undefined ? undefined : Number(match[2]);
  if (host === undefined || (port !== undefined && (port < 1 || port > 65_535))) return undefined;
  const user = userInfo === undefined ? undefined : unescapeText(userInfo.split(':', 1)[0] ?? '');
  if (userInfo !== undefined && (user === undefined || user === '')) return undefined;
  return { scheme: scheme === 'sips' ? 'sips' : 'sip', user, host, port, parameters: parseParameters(parameters) };
}

function parseTel(rest: string): SipUri | undefined {
  const [number = '', ...parameters] = rest.split(';');
  if (!/^\+?[0-9A-Fa-f*#().-]{1,64}$/.test(number)) return undefined;
  const user = number.replace(/[().-]/g, '');
  return { scheme: 'tel', user, host: '', port: undefined, parameters: parseParameters(parameters) };
}

function firstIndexOf(text: string, character: string, from: number): number {
  const index = text.indexOf(character, Math.max(from, 0));
  return index < 0 ? text.length : index;
}

export function parseParameters(parts: readonly string[]): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const part of parts.slice(0, MAX_PARAMETERS)) {
    const equals = part.indexOf('=');
    const name = (equals < 0 ? part : part.slice(0, equals)).trim().toLowerCase();
    if (name !== '' && !parameters.has(name)) parameters.set(name, equals < 0 ? '' : part.slice(equals + 1).trim());
  }
  return parameters;
}

function unescapeText(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // a broken escape: not a URI
  }
}

/** Everything outside `unreserved` is escaped (RFC 3261 section 25.1). */
export function escapeUriText(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** The user part of the number rule of acs-facts 6.3: `+` and 2 to 15 digits, or undefined. */
export function e164(user: string | undefined): string | undefined {
  return user !== undefined && /^\+[1-9]\d{1,14}$/.test(user) ? user : undefined;
}
