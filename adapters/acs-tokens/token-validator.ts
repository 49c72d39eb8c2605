import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import * as z from 'zod';
import { flag, httpUrl, requireSecure } from '../settings/fields.ts';

/** The published values of the service (acs-facts 3.5); the SIP edge has its own key address. */
const ISSUER = 'https://acscallautomation.communication.azure.com';
const JWKS_URL = `${ISSUER}/calling/keys`;

const TOKEN_MAX_CHARS = 8 * 1024;
/** ACS's tokens for callbacks live five minutes; clocks of virtual machines agree far better than this. */
const CLOCK_TOLERANCE_S = 60;
/** An unknown key id makes one fetch, then none for this long: a stranger's tokens must not become load on the key server. */
const KEY_COOLDOWN_MS = 10_000;
const KEY_FETCH_TIMEOUT_MS = 3_000;

export interface TokenValidatorConfig {
  readonly issuer: string;
  /** The resource's immutable id, a GUID (acs-facts 3.5). */
  readonly audience: string;
  readonly jwksUrl: string;
}

export type TokenFault =
  | 'missing'
  | 'malformed'
  | 'wrong-issuer'
  | 'wrong-audience'
  /** Outside the time it is valid in, before or after. */
  | 'expired'
  | 'unknown-key'
  /** Also a token that is not signed at all, or by another algorithm than RS256. */
  | 'bad-signature'
  /** Nothing can be said of the token: the key server did not answer. Not the sender's fault, but not a pass either. */
  | 'keys-unavailable';

export type TokenVerdict = { readonly valid: true } | { readonly valid: false; readonly reason: TokenFault };

/** Takes the `Authorization` header as it came. Never throws. */
export type TokenValidator = (authorization: string | undefined) => Promise<TokenVerdict>;

export const tokenSettings = z
  .object({
    ACS_RESOURCE_ID: z.guid('expected the GUID that ACS calls its immutable resource id'),
    ACS_TOKEN_ISSUER: z.string().default(ISSUER),
    ACS_JWKS_URL: httpUrl.default(JWKS_URL),
    ALLOW_INSECURE_URLS: flag,
  })
  .superRefine((env, context) => requireSecure(env, env.ALLOW_INSECURE_URLS, ['ACS_JWKS_URL'], context))
  .transform((env): TokenValidatorConfig => ({
    issuer: env.ACS_TOKEN_ISSUER,
    audience: env.ACS_RESOURCE_ID,
    jwksUrl: env.ACS_JWKS_URL,
  }));

/** Checks the token ACS sends with callbacks and with the upgrade of a media socket (acs-facts 3.5, 4.1): RS256 only. */
export function acsTokenValidator(config: TokenValidatorConfig): TokenValidator {
  const keys = createRemoteJWKSet(new URL(config.jwksUrl), {
    cooldownDuration: KEY_COOLDOWN_MS,
    timeoutDuration: KEY_FETCH_TIMEOUT_MS,
  });
  return async (authorization) => {
    if (authorization === undefined || authorization === '') return refused('missing');
    if (authorization.length > TOKEN_MAX_CHARS) return refused('malformed');
    const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]*)$/i.exec(authorization)?.[1];
    if (token === undefined) return refused('malformed');
    try {
      await jwtVerify(token, keys, {
        algorithms: ['RS256'],
        issuer: config.issuer,
        audience: config.audience,
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ['exp'],
      });
      return { valid: true };
    } catch (error) {
      return refused(faultOf(error));
    }
  };
}

function refused(reason: TokenFault): TokenVerdict {
  return { valid: false, reason };
}

function faultOf(error: unknown): TokenFault {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'iss') return 'wrong-issuer';
    if (error.claim === 'aud') return 'wrong-audience';
    return error.claim === 'nbf' ? 'expired' : 'malformed';
  }
  if (error instanceof errors.JWKSNoMatchingKey) return 'unknown-key';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'bad-signature';
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) return 'bad-signature';
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return 'malformed';
  return 'keys-unavailable';
}
