/** The headers of a REFER (acs-facts 5.3). */
import type { ReferRequest } from '../../leg.ts';
import { headerLines, uriHeaders } from '../custom-headers.ts';
import type { Header } from '../message.ts';

/** `host` is our own name, with its port and transport parameter, as it stands in our URIs. */
export function referHeaders(request: ReferRequest, host: string, place: 'message' | 'refer-to'): readonly Header[] {
  const parameters = Object.entries(request.referredBy).map(([name, value]) => `;${name}=${value}`);
  const inUri = place === 'refer-to' ? uriHeaders(request.headers) : '';
  return [
    { name: 'Refer-To', value: `<sip:${request.target}@${host};user=phone${inUri}>` },
    { name: 'Referred-By', value: `<sip:${host}${parameters.join('')}>` },
    ...(place === 'message' ? headerLines(request.headers) : []),
  ];
}
