/** Which addresses the application may give us: https and wss, or also http and ws where a person allowed it. */
import { errors } from './errors.ts';

export interface UrlPolicy {
  /** `undefined` passes: the operation then reports to the call's address. Throws the 400 for any other scheme. */
  callback(url: string | undefined): string | undefined;
  /** Throws the 400 also for a fragment, which a WebSocket address must not have (RFC 6455 section 3). */
  media(url: string): string;
  file(url: string): string;
}

export function createUrlPolicy(allowInsecure: boolean): UrlPolicy {
  const web: ReadonlySet<string> = new Set(allowInsecure ? ['https:', 'http:'] : ['https:']);
  const socket: ReadonlySet<string> = new Set(allowInsecure ? ['wss:', 'ws:'] : ['wss:']);
  const isOf = (schemes: ReadonlySet<string>, url: string): boolean => schemes.has(URL.parse(url)?.protocol ?? '');
  return {
    callback(url) {
      if (url !== undefined && !isOf(web, url)) throw errors.invalidCallbackUri();
      return url;
    },
    media(url) {
      if (!isOf(socket, url)) throw errors.invalidField('TransportUrl', 'it is not a wss URL.');
      if (url.includes('#')) throw errors.invalidField('TransportUrl', 'it has a fragment.');
      return url;
    },
    file(url) {
      if (!isOf(web, url)) throw errors.invalidField('PlaySources', 'the file is not at an https URL.');
      return url;
    },
  };
}
