import { app } from '@azure/functions';
import { handlers, retentionSchedule } from './app/compose.ts';

// The host lets one instance run it at a time, and makes up for a night in which none was there.
app.timer('retention', { schedule: retentionSchedule, handler: handlers.retention });
