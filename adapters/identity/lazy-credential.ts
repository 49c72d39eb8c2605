import type { TokenCredential } from '@azure/identity';

/**
 * `DefaultAzureCredential`, loaded when the first token is asked for: the identity library is the heaviest thing a
 * function would load before it answers a call, and a run with keys never needs it.
 */
export function lazyAzureCredential(): TokenCredential {
  let credential: Promise<TokenCredential> | undefined;
  return {
    getToken: async (scopes, options) => {
      credential ??= import('@azure/identity').then((identity) => new identity.DefaultAzureCredential());
      return (await credential).getToken(scopes, options);
    },
  };
}

/** A fresh token of one scope each time it is called; kept and renewed by the identity library. */
export function lazyTokenProvider(scope: string): () => Promise<string> {
  let provider: Promise<() => Promise<string>> | undefined;
  return async () => {
    provider ??= import('@azure/identity').then((identity) =>
      identity.getBearerTokenProvider(new identity.DefaultAzureCredential(), scope),
    );
    return (await provider)();
  };
}
