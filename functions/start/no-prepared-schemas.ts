/**
 * Imported before everything else in the functions: zod would compile a program for each schema that it checks, which pays for a process that checks
 * thousands and costs a cold start 60 ms of CPU.
 */
import * as z from 'zod';

z.config({ jitless: true });
