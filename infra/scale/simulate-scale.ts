import { simulateScale } from './run.ts';

process.exitCode = simulateScale(process.argv.slice(2), (text) => console.log(text));
