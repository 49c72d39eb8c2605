/** Custom SIP headers of a request, checked against the documented limits (acs-facts 1.4) before they become SIP. Pure. */
import type { CallHeaders, CustomHeader } from '../leg.ts';

const MAX_CUSTOM_HEADERS = 5;
const MAX_NAME_LENGTH = 64;
const MAX_VALUE_LENGTH = 256;

/** Letters, digits and `. ! % * _ + ~ -`; a value also `= ;`. */
const NAME = /^[A-Za-z0-9.!%*_+~-]+$/;
const VALUE = /^[A-Za-z0-9.!%*_+~=;-]*$/;

type HeadersResult =
  { readonly kind: 'legal'; readonly headers: CallHeaders } | { readonly kind: 'illegal'; readonly reason: string };

export function readCustomHeaders(sipHeaders: Readonly<Record<string, string>>): HeadersResult {
  const custom: CustomHeader[] = [];
  let userToUser: string | undefined;
  for (const [name, value] of Object.entries(sipHeaders)) {
    const problem = problemWith(name, value);
    if (problem !== undefined) return { kind: 'illegal', reason: problem };
    if (isUserToUser(name)) userToUser = value;
    else custom.push({ name, value });
  }
  if (custom.length > MAX_CUSTOM_HEADERS) {
    return { kind: 'illegal', reason: `more than ${MAX_CUSTOM_HEADERS} custom SIP headers` };
  }
  return { kind: 'legal', headers: { userToUser, custom } };
}

function isUserToUser(name: string): boolean {
  return name.toLowerCase().replaceAll('-', '') === 'usertouser';
}

/** Names the rule, never the value: it is caller data. */
function problemWith(name: string, value: string): string | undefined {
  if (name.length > MAX_NAME_LENGTH) return `a SIP header name is longer than ${MAX_NAME_LENGTH} characters`;
  if (!NAME.test(name)) return 'a SIP header name has characters that are not allowed';
  if (!isUserToUser(name) && !/^x-(?:ms-custom-)?[^-]/i.test(name))
    return 'a SIP header name does not begin with X- or X-MS-Custom-';
  if (/^x-ms-(?!custom-)/i.test(name)) return 'X-MS- is reserved but for X-MS-Custom-';
  if (value.length > MAX_VALUE_LENGTH) return `a SIP header value is longer than ${MAX_VALUE_LENGTH} characters`;
  return VALUE.test(value) ? undefined : 'a SIP header value has characters that are not allowed';
}
