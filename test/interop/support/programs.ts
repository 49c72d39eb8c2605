import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The Debian package of each program that the interop tests start. */
const PACKAGES = {
  sipp: 'sip-tester',
  socat: 'socat',
  baresip: 'baresip-core',
  kamailio: 'kamailio kamailio-tls-modules',
} as const;

/** The program's path; throws with the package to install where it is not there. */
export function program(name: keyof typeof PACKAGES): string {
  // Daemons such as Kamailio are in sbin, which an ordinary user's path leaves out.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  for (const folder of folders) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  throw new Error(`${name} is not installed. On Debian or Ubuntu: apt-get install ${PACKAGES[name]}`);
}
