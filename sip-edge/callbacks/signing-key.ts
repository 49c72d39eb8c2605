/** The edge's own key for the tokens it puts on callbacks and media sockets, and the documents that let a receiver check them. */
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import { randomUUID } from 'node:crypto';

/** Issuer of the published service; receivers compare it literally (acs-facts 3.5). */
const TOKEN_ISSUER = 'https://acscallautomation.communication.azure.com';
export const CALLBACK_TOKEN_LIFETIME_S = 5 * 60;
export const MEDIA_TOKEN_LIFETIME_S = 24 * 60 * 60;

export interface SigningKey {
  /** RS256; audience is the resource's immutable id. */
  sign(lifetimeS: number): Promise<string>;
  /** Body of `/calling/keys`. */
  readonly jwks: { readonly keys: readonly JWK[] };
}

export async function createSigningKey(audience: string): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { modulusLength: 2048 });
  const kid = randomUUID();
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' };
  return {
    jwks: { keys: [jwk] },
    sign: (lifetimeS) => {
      const nowS = Math.floor(Date.now() / 1000);
      return new SignJWT({})
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid })
        .setIssuer(TOKEN_ISSUER)
        .setAudience(audience)
        .setNotBefore(nowS)
        .setIssuedAt(nowS)
        .setExpirationTime(nowS + lifetimeS)
        .sign(privateKey);
    },
  };
}

/** Body of `/calling/.well-known/acsopenidconfiguration`. */
export function openIdConfiguration(publicUrl: string): object {
  return {
    issuer: TOKEN_ISSUER,
    jwks_uri: `${publicUrl}/calling/keys`,
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
  };
}
