/** The files a configuration names, read and checked once; every problem is named at once. */
import { readFile } from 'node:fs/promises';
import { InvalidConfiguration, type EdgeConfig } from './config.ts';
import type { SipConfiguration } from './routing/sip-configuration.ts';
import type { TlsMaterial } from './sip/transport-tls.ts';
import { parseTrunksFile, type Trunk } from './trunks.ts';

interface StartupFiles {
  readonly tls: TlsMaterial | undefined;
  readonly trunks: readonly Trunk[];
  /** As the trunks file says it, in the words of the SIP routing API. */
  readonly configuration: SipConfiguration;
}

/** Rejects with `InvalidConfiguration`. */
export async function readStartupFiles({ sip }: EdgeConfig): Promise<StartupFiles> {
  const problems: string[] = [];
  const read = async (setting: string, path: string): Promise<string> =>
    readFile(path, 'utf8').catch((error: unknown) => {
      const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      problems.push(`✖ ${path} cannot be read: ${why}\n  → at ${setting}`);
      return '';
    });
  const { tlsFiles, trunksFile } = sip;
  const tls =
    tlsFiles === undefined
      ? undefined
      : {
          cert: await read('EDGE_TLS_CERT_FILE', tlsFiles.certFile),
          key: await read('EDGE_TLS_KEY_FILE', tlsFiles.keyFile),
          ca: await read('EDGE_TLS_CA_FILE', tlsFiles.caFile),
        };
  const text = trunksFile === undefined ? 'trunks: []' : await read('EDGE_TRUNKS_FILE', trunksFile);
  const parsed = parseTrunksFile(text === '' ? 'trunks: []' : text);
  if (!parsed.ok) {
    problems.push(...parsed.problems.map((problem) => `✖ ${trunksFile ?? ''}: ${problem}\n  → at EDGE_TRUNKS_FILE`));
  }
  if (problems.length > 0 || !parsed.ok) {
    throw new InvalidConfiguration(`Invalid sip-edge configuration:\n${problems.join('\n')}`);
  }
  const trunks = parsed.trunks.map(({ fqdn, sipSignalingPort }) => [fqdn, { sipSignalingPort }] as const);
  const routes = parsed.routes.map(({ name, numberPattern, trunks: names }) => ({
    name,
    numberPattern,
    trunks: [...names],
  }));
  return { tls, trunks: parsed.trunks, configuration: { trunks: Object.fromEntries(trunks), routes } };
}
