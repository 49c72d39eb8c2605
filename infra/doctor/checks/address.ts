import { lookup } from 'node:dns/promises';
import { connect, type PeerCertificate } from 'node:tls';
import { reasonOf } from '../../tool/reason-of.ts';
import { broken, well, type Check, type Finding } from '../check.ts';

const CERTIFICATE_MIN_DAYS = 14;
const DAY_MS = 86_400_000;
const PORTS: Readonly<Record<string, number>> = { 'https:': 443, 'wss:': 443, 'http:': 80, 'ws:': 80 };

/** Whether a service can be reached by its name, and shows a certificate that holds. `setting` is what gives the address. */
export function addressCheck(setting: string, address: string): Check {
  return {
    name: `address ${setting}`,
    run: async (signal) => {
      const url = new URL(address);
      const host = url.hostname.replace(/^\[|\]$/g, '');
      try {
        await lookup(host);
      } catch {
        return broken(
          `the name ${host} is not known`,
          `correct ${setting}, or make the name known (DNS zone, private DNS zone)`,
        );
      }
      if (url.protocol === 'http:' || url.protocol === 'ws:')
        return well(`${url.host}, not encrypted: for one machine only`);
      return certificate(setting, host, Number(url.port || PORTS[url.protocol]), signal);
    },
  };
}

async function certificate(setting: string, host: string, port: number, signal: AbortSignal): Promise<Finding> {
  let seen: PeerCertificate;
  try {
    seen = await peerCertificate(host, port, signal);
  } catch (error) {
    return broken(
      `${host}:${port} shows no certificate that holds: ${reasonOf(error)}`,
      `renew it, send the whole chain, or correct ${setting}; behind a private endpoint look from inside the network`,
    );
  }
  const days = Math.floor((Date.parse(seen.valid_to) - Date.now()) / DAY_MS);
  return days < CERTIFICATE_MIN_DAYS
    ? { kind: 'worth-knowing', problem: `the certificate of ${host} ends in ${days} days`, remedy: 'renew it' }
    : well(`${host}:${port}, certificate for ${days} more days`);
}

function peerCertificate(host: string, port: number, signal: AbortSignal): Promise<PeerCertificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, servername: host });
    const end = (): void => void socket.destroy(new Error('no answer in time'));
    signal.addEventListener('abort', end, { once: true });
    socket.once('close', () => signal.removeEventListener('abort', end));
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      resolve(socket.getPeerCertificate());
      socket.end();
    });
  });
}
