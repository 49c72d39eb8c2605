import { directRouting } from './run.ts';

process.exitCode = await directRouting(process.argv.slice(2), process.env, (text) => console.log(text));
