import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { EXIT } from '../tool/exit-status.ts';
import { allChecks } from './checks/all.ts';
import { diagnose, told } from './run.ts';

const USAGE = `npm run doctor [-- --env FILE]
Looks at everything a call needs, with the settings of the environment (and of FILE, where the environment says nothing), and says what to mend.
EVENT_GRID_WEBHOOK, the address that Event Grid delivers to with its key, is looked at when it is given. Exit status 1 when something is broken.`;

const [option, file, ...more] = process.argv.slice(2);
if ((option !== undefined && option !== '--env') || (option === '--env' && file === undefined) || more.length > 0) {
  console.error(USAGE);
  process.exitCode = EXIT.usage;
} else if (file !== undefined && !existsSync(file)) {
  console.error(`there is no file ${file}`);
  process.exitCode = EXIT.found;
} else {
  const given = file === undefined ? {} : parseEnv(readFileSync(file, 'utf8'));
  const diagnoses = await diagnose(allChecks({ ...given, ...process.env }));
  console.log(told(diagnoses));
  // A service that never answers may still hold a socket.
  process.exit(diagnoses.some(({ finding }) => finding.kind === 'broken') ? EXIT.found : EXIT.fine);
}
