/** Which FQDNs a certificate speaks for (acs-facts 6.1): SAN and CN, with single-level wildcards. */

interface Names {
  readonly subject?: { readonly CN?: string | readonly string[] };
  /** As Node prints it: `DNS:sbc.example, IP Address:192.0.2.1`. */
  readonly subjectaltname?: string | undefined;
}

export function certificateNames(certificate: Names): readonly string[] {
  // A quoted entry holds characters no DNS name has; Node quotes them so that nobody is fooled by a comma.
  const alternatives = (certificate.subjectaltname ?? '')
    .split(', ')
    .map((entry) => /^(?:DNS|IP Address):([^"]+)$/.exec(entry)?.[1])
    .filter((name) => name !== undefined);
  const common = certificate.subject?.CN;
  const commonNames = typeof common === 'string' ? [common] : (common ?? []);
  return [...new Set([...alternatives, ...commonNames].map((name) => name.toLowerCase()))];
}

/** `*.contoso.com` covers `sbc1.contoso.com`, not `a.b.contoso.com` and not `contoso.com`. */
export function coversName(names: readonly string[], fqdn: string): boolean {
  const wanted = fqdn.toLowerCase();
  const parent = wanted.slice(wanted.indexOf('.') + 1);
  return names.some(
    (name) => name === wanted || (name === `*.${parent}` && wanted.includes('.') && parent.includes('.')),
  );
}
