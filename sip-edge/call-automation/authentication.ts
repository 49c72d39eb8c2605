/** Who may use the REST API: the holder of the access key, or of a token of the configured issuer. There is no way to turn this off. */
import { createRemoteJWKSet, jwtVerify } from 'jose';
import type { HttpRequest } from '../http/server.ts';
import { errors } from './errors.ts';
import { checkSignature } from './hmac.ts';

interface BearerPolicy {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
}

/** Throws the 401 to answer. */
export type Authenticate = (request: HttpRequest) => Promise<void>;

export function createAuthentication(accessKey: Buffer, bearer: BearerPolicy | undefined): Authenticate {
  const keys = bearer === undefined ? undefined : createRemoteJWKSet(new URL(bearer.jwksUrl));
  return async (request) => {
    const authorization = request.headers.authorization ?? '';
    if (!authorization.startsWith('Bearer ')) {
      const check = checkSignature(request, accessKey, new Date());
      if (check.kind === 'invalid') throw errors.unauthorized(check.why);
      return;
    }
    if (bearer === undefined || keys === undefined) throw errors.unauthorized('bearer tokens are not accepted');
    const { issuer, audience } = bearer;
    await jwtVerify(authorization.slice('Bearer '.length), keys, { issuer, audience, algorithms: ['RS256'] }).catch(
      () => {
        throw errors.unauthorized('the bearer token is not valid');
      },
    );
  };
}
